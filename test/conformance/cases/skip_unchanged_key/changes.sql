-- The key is not part of the value: its change is not seen.
UPDATE f SET id=2;
UPDATE f SET id=3, v='e';
