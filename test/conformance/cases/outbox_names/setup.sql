CREATE TABLE ob ("eventId" text PRIMARY KEY, kind text NOT NULL, k text NOT NULL, body text NOT NULL, extra text);
