-- As superuser with triggers off: passwords of the last day. A tenth of them at the first maker, who is guessed
-- all the time: 24 were counted, the others refused unheard. The rest are those of all makers, 1 in 40 wrong.
insert into public.login_attempts (id, user_id, method, is_valid, decision, address, report_id, source, seals, created_at)
select
    private.uuid_v7(a.tried_at), m.user_id, 'password', a.n %% 10 <> 1 and a.n %% 40 > 0,
    case when a.n %% 10 = 1 and a.n / 10 %% greatest(%(attempts)s / 240, 1) > 0 then 'reject' else 'continue' end,
    ('10.' || a.n %% 250 || '.' || a.n %% 199 || '.1')::inet, gen_random_uuid(), 'hook', '{}', a.tried_at
from (
    select
        s.n, private.clock() - s.n * (
            least(interval '1 day', private.clock() - date_trunc('month', private.clock())) / %(attempts)s
        ) as tried_at
    from generate_series(0, %(attempts)s - 1) as s (n)
) as a
join bench.makers as m on m.n = case when a.n %% 10 = 1 then 1 else 1 + a.n %% %(people)s end;
