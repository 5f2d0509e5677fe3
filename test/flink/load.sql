-- Members and claims that come, change, move and go. The rows that exist before the sink is made are
-- read by its snapshot.
CREATE FUNCTION claims.add_claims(total int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO claims.accident_claims (claim_total, claim_total_receipt, claim_currency, member_id, accident_date,
                                        accident_type, accident_detail, claim_date, claim_status)
    SELECT (random() * 9999999)::int / 100.0, 'receipt ' || g || '.pdf', 'AUD', 1 + random() * 39,
           date '2020-01-01' + g % 300, 'Collision', (ARRAY['Blue Ringed Octopus', 'Red Deer', 'Snowy Owl', 'Grey Squirrel',
                                                           'Käfer, 7-Punkt', NULL])[1 + g % 6],
           date '2020-08-01' + g % 300, (ARRAY['INITIAL', 'DENIED', 'APPROVED', NULL])[1 + g % 4]
      FROM generate_series(1, total) g;
$$;
CREATE PROCEDURE claims.change(rounds int) LANGUAGE plpgsql AS $$
BEGIN
    FOR g IN 1 .. rounds LOOP
        PERFORM claims.add_claims(1 + g % 3);
        UPDATE claims.accident_claims SET claim_total = claim_total + 0.01, ts_updated = clock_timestamp()
         WHERE claim_id = 1001 + (random() * 500)::int;
        UPDATE claims.accident_claims SET claim_status = CASE claim_status WHEN 'DENIED' THEN 'APPROVED' ELSE 'DENIED' END
         WHERE claim_id = 1001 + (random() * 500)::int;
        UPDATE claims.accident_claims SET member_id = 1 + random() * 39 WHERE claim_id = 1001 + (random() * 500)::int;
        DELETE FROM claims.accident_claims WHERE claim_id = 1001 + (random() * 500)::int;
        IF g % 20 = 0 THEN  -- another company, and another key
            UPDATE claims.members SET insurance_company = 'Company ' || g % 7 WHERE id = 1 + g / 20 % 40;
            UPDATE claims.accident_claims SET claim_id = DEFAULT WHERE claim_id = (SELECT max(claim_id) FROM claims.accident_claims);
        END IF;
        COMMIT;
    END LOOP;
END
$$;
INSERT INTO claims.members SELECT g, 'First ' || g, 'Last ' || g, g || ' Harbour Road', 'Tromsø', 'Company ' || g % 7
  FROM generate_series(1, 40) g;
SELECT claims.add_claims(300);
