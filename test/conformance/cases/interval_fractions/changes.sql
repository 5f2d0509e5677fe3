-- Intervals whose microseconds a double cannot hold exactly.
INSERT INTO t VALUES (1, '-49 days 10:30:26.8841', '14:06:33.55', '3 days 04:05:06.7'), (2, '33.549999', '-00:09:12.257539', '00:00:01.569999'), (3, '-21 years -29 days -14 mins -35.63745 secs', '47 mons', '-1 day +00:00:00.000001'), (4, '0.1 sec', '0.3 sec', '0.7 sec'), (5, '8 years 11 mons 50 days 50:59:59.999999', '1 us', '-1 us');
