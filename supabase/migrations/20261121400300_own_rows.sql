-- Rows that somebody may read and not change. A policy of writing that leaves such a row out answers
-- 200 and nothing, as if all had gone well. So those policies let a write meet the rows that its author
-- may read, their checks refuse all but the own ones, and this trigger refuses first, in words.

create function private.tg__own() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_own boolean;
begin
    execute 'select ' || tg_argv[0] into v_own using old;
    if v_own is not true then
        raise sqlstate 'PT403' using message = 'not_yours', detail = 'You may read this, and not change it.';
    end if;
    return new;
end
$$;
comment on function private.tg__own() is
'Refuses a change of a row that is not the author''s to change. Argument: SQL condition of what is, about the row $1. Raises not_yours (403).';

create function private.make_own(p_table regclass, p_condition text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format(
        'create trigger _390_own before update on %s for each row when (current_user = ''authenticated'')
         execute function private.tg__own(%L)', p_table, p_condition
    );
end
$$;
comment on function private.make_own(regclass, text) is
'Says of a table that people change which of its rows are whose: SQL condition about the row $1, as in the check of its policy.';

select private.make_own('public.profiles', '($1).id = auth.uid() and ($1).deleted_at is null');
select private.make_own('public.arbiter_capacities', $$private.is_acting_staff('operator')$$);
select private.make_own('public.p2p_orders', '($1).user_id = auth.uid()');
select private.make_own('public.guilds', '($1).id in (select private.guilds_i_keep())');
select private.make_own('public.guild_members', '($1).guild_id in (select private.guilds_i_keep())');
select private.make_own('public.listings', '($1).seller_id in (select private.parties_i_act_for())');
select private.make_own('public.webhook_endpoints', '($1).party_id in (select private.parties_i_act_for())');
select private.make_own('public.merchants', '($1).id in (select private.parties_i_act_for())');
select private.make_own('public.merchant_settings', '($1).merchant_id in (select private.parties_i_act_for())');
