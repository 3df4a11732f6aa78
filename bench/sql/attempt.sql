\set maker random(1, :people)
\set guess random(0, 1)
select private.hook_password_verification(jsonb_build_object(
    'user_id', (select m.user_id from bench.makers as m where m.n = :maker), 'valid', :guess = 0,
    'metadata', jsonb_build_object('uuid', gen_random_uuid(), 'ip_address', '10.0.0.1')
));
