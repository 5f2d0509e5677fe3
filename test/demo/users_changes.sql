INSERT INTO public.users (name, email, city) VALUES ('Noah Larsen', 'noah@example.org', 'Bergen');
UPDATE public.users SET city = 'Abuja', preferences = preferences || '{"theme": "light"}' WHERE email = 'amara@example.org';
DELETE FROM public.users WHERE email = 'mei@example.org';
