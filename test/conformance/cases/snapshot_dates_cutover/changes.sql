-- Dates that java.util.Calendar does not have, in a snapshot.
SELECT 1;
