-- Development data: two verified traders, an arbiter (and two more), two operators.
-- Never for production.

insert into auth.users (id, email, raw_user_meta_data) values
('00000000-0000-4000-8000-00000000a11c', 'alice@holdfast.test', '{"display_name": "alice"}'),
('00000000-0000-4000-8000-000000000b0b', 'bob@holdfast.test', '{"display_name": "bob"}'),
('00000000-0000-4000-8000-0000000a4b17', 'arthur@holdfast.test', '{"display_name": "arthur"}'),
('00000000-0000-4000-8000-0000000a4b18', 'agnes@holdfast.test', '{"display_name": "agnes"}'),
('00000000-0000-4000-8000-0000000a4b19', 'anton@holdfast.test', '{"display_name": "anton"}'),
('00000000-0000-4000-8000-0000000000a9', 'olga@holdfast.test', '{"display_name": "olga"}'),
('00000000-0000-4000-8000-0000000000aa', 'oskar@holdfast.test', '{"display_name": "oskar"}')
on conflict (id) do nothing;

insert into public.party_members (party_id, user_id, role) values
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000a4b17', 'arbiter'),
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000a4b18', 'arbiter'),
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000a4b19', 'arbiter'),
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000a9', 'operator'),
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000aa', 'operator')
on conflict do nothing;

insert into public.profile_verifications (party_id, change, flag, source, reason)
select p.id, 'verify', f.flag, 'operator', 'development data'
from public.profiles as p
cross join unnest(enum_range(null::public.verification_flag)) as f (flag)
where p.id in ('00000000-0000-4000-8000-00000000a11c', '00000000-0000-4000-8000-000000000b0b')
    and p.verification_tier = 0;

insert into public.payment_accounts (user_id, method, fields)
select a.* from (values
    (
        '00000000-0000-4000-8000-00000000a11c'::uuid, 'sepa',
        '{"holder": "Alice Adams", "iban": "DE89370400440532013000"}'::jsonb
    ),
    (
        '00000000-0000-4000-8000-00000000a11c', 'sepa_instant',
        '{"holder": "Alice Adams", "iban": "DE89370400440532013000"}'
    ),
    ('00000000-0000-4000-8000-00000000a11c', 'wise', '{"holder": "Alice Adams", "email": "alice@holdfast.test"}'),
    ('00000000-0000-4000-8000-000000000b0b', 'sepa', '{"holder": "Bob Baker", "iban": "FR1420041010050500013M02606"}')
) as a (user_id, method, fields)
where not exists (
    select from public.payment_accounts as b where b.user_id = a.user_id and b.method = a.method
);
