-- An insurer's claims and members, read by stream processors.
CREATE SCHEMA claims;
CREATE TABLE claims.members (
    id int PRIMARY KEY,
    first_name varchar(50),
    last_name varchar(50),
    address varchar(100),
    city varchar(50),
    insurance_company varchar(50)
);
CREATE TABLE claims.accident_claims (
    claim_id int GENERATED ALWAYS AS IDENTITY (START WITH 1001) PRIMARY KEY,
    claim_total numeric(10,2),
    claim_total_receipt varchar(50),
    claim_currency varchar(10),
    member_id int REFERENCES claims.members,
    accident_date date,
    accident_type varchar(30),
    accident_detail varchar(30),
    claim_date date,
    claim_status varchar(10),
    ts_created timestamp DEFAULT now(),
    ts_updated timestamp DEFAULT now()
);
ALTER TABLE claims.accident_claims REPLICA IDENTITY FULL;
INSERT INTO claims.members VALUES
    (321, 'Ingrid', 'Solberg', '12 Harbour Road', 'Tromsø', 'Nordlys Mutual'),
    (322, 'Tom', 'Baker', '4 Mill Lane', 'Bristol', 'Severn Assurance'),
    (323, 'Aisha', 'Khan', '77 Station Street', 'Leeds', 'Nordlys Mutual');
INSERT INTO claims.accident_claims
    (claim_total, claim_total_receipt, claim_currency, member_id, accident_date, accident_type, accident_detail, claim_date, claim_status)
VALUES
    (1250.00, 'fence.pdf', 'GBP', 322, '2024-03-02', 'Collision', 'Red Deer', '2024-03-05', 'IN REVIEW'),
    (89.90, 'windscreen.pdf', 'NOK', 321, '2024-03-09', 'Collision', 'Snowy Owl', '2024-03-09', 'APPROVED'),
    (432.10, 'kitchen.pdf', 'GBP', 323, '2024-03-11', 'Animal damage', 'Grey Squirrel', '2024-03-15', 'DENIED');
