-- What happens to an account: its password, addresses, second factors and identities.

-- Definer: Auth's own role changes its tables.
create function private.tg__account_event() returns trigger
language plpgsql security definer set search_path = '' set lock_timeout = '1s'
as $$
declare
    v_row jsonb;
begin
    begin
        v_row := to_jsonb(coalesce(new, old));
        -- Of a user who is deleted the rest goes after them.
        if not exists (select from auth.users as u where u.id = (v_row ->> tg_argv[1])::uuid) then
            return null;
        end if;
        perform private.account_event(
            tg_argv[0], 'warning', (v_row ->> tg_argv[1])::uuid, 1,
            -- Never the secret, the number or the address.
            jsonb_build_object(
                'factor_type', v_row ->> 'factor_type', 'name', v_row ->> 'friendly_name', 'provider', v_row ->> 'provider'
            ), private.clock()
        );
    -- An error here would be a 500 for whoever changes it.
    exception when query_canceled or others then
        perform private.note_loss(tg_argv[0], sqlstate, sqlerrm);
    end;
    return null;
end
$$;
comment on function private.tg__account_event() is
'A security event about the person of a changed row of Auth. Arguments: the kind; the column that names the person. A failure inside is noted, and the change goes on.';

create trigger holdfast_password after update on auth.users
for each row when (old.encrypted_password is distinct from new.encrypted_password)
execute function private.tg__account_event('password_changed', 'id');
create trigger holdfast_email after update on auth.users
for each row when (old.email is distinct from new.email)
execute function private.tg__account_event('email_changed', 'id');
create trigger holdfast_phone after update on auth.users
for each row when (old.phone is distinct from new.phone)
execute function private.tg__account_event('phone_changed', 'id');
create trigger holdfast_unlinked after delete on auth.identities
for each row execute function private.tg__account_event('identity_unlinked', 'user_id');

-- Definer: as above.
create function private.tg_identities__linked() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    begin
        -- The identity that an account begins with is no news.
        if exists (select from auth.identities as i where i.user_id = new.user_id and i.id <> new.id) then
            perform private.account_event(
                'identity_linked', 'warning', new.user_id, 1, jsonb_build_object('provider', new.provider), private.clock()
            );
        end if;
    exception when query_canceled or others then
        perform private.note_loss('identity_linked', sqlstate, sqlerrm);
    end;
    return null;
end
$$;
comment on function private.tg_identities__linked() is
'A security event for each further identity of a person. A failure inside is noted, and linking goes on.';
create trigger holdfast_linked after insert on auth.identities
for each row execute function private.tg_identities__linked();

create trigger holdfast_added after update on auth.mfa_factors
for each row when (old.status <> 'verified' and new.status = 'verified')
execute function private.tg__account_event('factor_added', 'user_id');
create trigger holdfast_removed after delete on auth.mfa_factors
for each row when (old.status = 'verified') execute function private.tg__account_event('factor_removed', 'user_id');
