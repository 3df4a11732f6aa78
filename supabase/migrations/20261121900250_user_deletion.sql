-- Auth's hard delete of a user: only of somebody about whom nothing was ever written.

insert into private.refusals (code, status, detail, hint) values
('user_has_history', 409, 'Something was written about this person.', 'Ask for an erasure: POST /erasure-requests.');

create function private.has_history(p_user_id uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_group record;
    v_has boolean;
begin
    -- What refers to a person by a foreign key stops the delete by itself; history refers by none.
    for v_group in
        select distinct g.table_name, g.whose from private.personal_groups() as g
        where g.table_name not in ('public.parties', 'public.profiles')
    loop
        execute format(
            'select exists (select from %s as r where %s%s = $1)', v_group.table_name,
            case when v_group.whose ~ '^[a-z_]+$' then 'r.' else '' end, v_group.whose
        ) using p_user_id into v_has;
        if v_has then
            return true;
        end if;
    end loop;
    return false;
end
$$;
comment on function private.has_history(uuid) is
'Whether a row of any table with words of people is of this person, but for their own party and profile.';

-- Definer: Auth's own role deletes the user, and no row of ours.
create function private.tg_users__deleted() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if private.has_history(old.id) then
        perform private.refuse('user_has_history');
    end if;
    -- What a person begins with (tg_users__profile). Whatever else there is refers to it.
    delete from public.profiles as p where p.id = old.id;
    delete from public.parties as p where p.id = old.id;
    delete from private.personal_salts as s where s.party_id = old.id;
    return old;
end
$$;
comment on function private.tg_users__deleted() is
'A user who is deleted at Auth takes party and profile along, if nothing else was ever written about them. Raises user_has_history (409); a reference raises by itself. Auth answers either with 500, and nothing is done.';
create trigger holdfast_deleted before delete on auth.users
for each row execute function private.tg_users__deleted();
