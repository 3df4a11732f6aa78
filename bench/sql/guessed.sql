select private.hook_password_verification(jsonb_build_object(
    'user_id', (select m.user_id from bench.makers as m where m.n = 1), 'valid', false,
    'metadata', jsonb_build_object('uuid', gen_random_uuid(), 'ip_address', '10.0.0.1')
));
