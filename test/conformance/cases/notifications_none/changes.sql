-- Notifications without a snapshot.
INSERT INTO a VALUES (1);
