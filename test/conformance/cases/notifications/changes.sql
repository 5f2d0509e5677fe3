-- Notifications of the initial snapshot in a topic.
INSERT INTO b VALUES (1);
