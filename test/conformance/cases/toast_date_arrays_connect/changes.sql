INSERT INTO public.held SELECT 1, 1, array_agg(date '2020-01-01' + g), array_agg(g), array_agg(g::bigint), array_agg(time '00:00' + g * interval '1 second'),
  array_agg(timestamp '2020-01-01' + g * interval '1 second'), array_agg(timestamptz '2020-01-01 00:00+00' + g * interval '1 second')
FROM generate_series(1, 700) g;
UPDATE public.held SET v = 2;
