-- Development data: two verified traders, an arbiter (and two more), two operators, a shop of bob's.
-- Never for production.

insert into auth.users (
    id, aud, role, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
    confirmation_token, recovery_token, email_change_token_new, email_change, created_at, updated_at
)
select
    id::uuid, 'authenticated', 'authenticated', name || '@holdfast.test', now(),
    '{"provider": "email", "providers": ["email"]}', jsonb_build_object('display_name', name),
    -- Auth cannot read a null here.
    '', '', '', '', now(), now()
from (values
    ('00000000-0000-4000-8000-00000000a11c', 'alice'),
    ('00000000-0000-4000-8000-000000000b0b', 'bob'),
    ('00000000-0000-4000-8000-0000000a4b17', 'arthur'),
    ('00000000-0000-4000-8000-0000000a4b18', 'agnes'),
    ('00000000-0000-4000-8000-0000000a4b19', 'anton'),
    ('00000000-0000-4000-8000-0000000000a9', 'olga'),
    ('00000000-0000-4000-8000-0000000000aa', 'oskar')
) as people (id, name)
on conflict (id) do nothing;

insert into auth.identities (
    provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at
)
select
    id::text, id, jsonb_build_object('sub', id, 'email', email, 'email_verified', true),
    'email', created_at, created_at, created_at
from auth.users
where email like '%@holdfast.test'
on conflict (provider_id, provider) do nothing;

insert into public.party_members (party_id, user_id, role) values
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000a4b17', 'arbiter'),
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000a4b18', 'arbiter'),
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000a4b19', 'arbiter'),
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000a9', 'operator'),
('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000aa', 'operator')
on conflict do nothing;

insert into public.profile_verifications (party_id, change, flag, source)
select p.id, 'verify', f.flag, 'operator'
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

insert into public.parties (id, kind, display_name) values
('00000000-0000-4000-8000-00000000f09e', 'merchant', 'Tea Forge')
on conflict (id) do nothing;
insert into public.merchants (
    id, name, legal_name, website, tax_id, country, support_email, created_by, created_at, updated_at
) values (
    '00000000-0000-4000-8000-00000000f09e', 'Tea Forge', 'Tea Forge Ltd', 'https://teaforge.example', 'DE123456789',
    'DE', 'help@teaforge.example', '00000000-0000-4000-8000-000000000b0b', now(), now()
) on conflict (id) do nothing;
update public.merchants set verification = 'verified', last_event = 'verify', last_actor_role = 'operator'
where id = '00000000-0000-4000-8000-00000000f09e' and verification = 'pending';
insert into public.merchant_settings (merchant_id, updated_at) values
('00000000-0000-4000-8000-00000000f09e', now())
on conflict (merchant_id) do nothing;
insert into public.party_members (party_id, user_id, role) values
('00000000-0000-4000-8000-00000000f09e', '00000000-0000-4000-8000-000000000b0b', 'owner')
on conflict do nothing;
