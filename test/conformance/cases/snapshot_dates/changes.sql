-- Dates at the ends in a snapshot.
SELECT 1;
