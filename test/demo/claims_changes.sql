INSERT INTO claims.accident_claims (claim_total, claim_total_receipt, claim_currency, member_id, accident_date, accident_type, accident_detail, claim_date, claim_status)
VALUES (500, 'receipt.tiff', 'AUD', 321, '2024-08-01', 'Collision', 'Blue Ringed Octopus', '2024-08-10', 'INITIAL');
UPDATE claims.accident_claims SET claim_total_receipt = 'correct-receipt.pdf' WHERE claim_id = 1004;
DELETE FROM claims.accident_claims WHERE claim_id = 1004;
