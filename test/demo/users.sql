-- An application's users, to be kept as a search index.
CREATE TABLE public.users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    city text,
    preferences jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO public.users (name, email, city, preferences) VALUES
    ('Amara Okafor', 'amara@example.org', 'Lagos', '{"theme": "dark", "newsletter": true}'),
    ('Jürgen Weiß', 'juergen@example.org', 'Köln', '{"theme": "light"}'),
    ('Mei Tanaka', 'mei@example.org', 'Osaka', '{"newsletter": false}'),
    ('Lucía Fernández', 'lucia@example.org', 'Sevilla', '{}');
