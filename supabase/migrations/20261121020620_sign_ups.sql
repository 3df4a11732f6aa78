-- Who may sign up: no address of a blocked domain, no name that could be the platform's.

create table private.blocked_email_domains (
    domain text primary key check (domain ~ '^[a-z0-9-]+([.][a-z0-9-]+)+$'),
    reason text not null check (length(reason) between 1 and 80)
);
alter table private.blocked_email_domains enable row level security;
select private.make_audited('private.blocked_email_domains', 'domain');
comment on table private.blocked_email_domains is
'Domains whose addresses do not sign up, with all below them. Whoever has an account keeps it.';
comment on column private.blocked_email_domains.domain is 'In small letters.';
comment on column private.blocked_email_domains.reason is 'Why, for whoever wonders later.';
insert into private.blocked_email_domains (domain, reason) values
('10minutemail.com', 'thrown away'), ('guerrillamail.com', 'thrown away'), ('mailinator.com', 'thrown away'),
('maildrop.cc', 'thrown away'), ('sharklasers.com', 'thrown away'), ('temp-mail.org', 'thrown away'),
('trashmail.com', 'thrown away'), ('yopmail.com', 'thrown away');

create function private.is_blocked_domain(p_email text) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_domain text := rtrim(lower(substring(p_email from '@([^@]*)$')), '.');
begin
    return exists (
        select from private.blocked_email_domains as b where ('.' || v_domain) like ('%.' || b.domain)
    );
end
$$;
comment on function private.is_blocked_domain(text) is
'Whether the domain of an e-mail address, or one above it, is in private.blocked_email_domains.';

-- Definer: Auth's own role reads no table of ours.
create function private.hook_before_user_created(event jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' set lock_timeout = '1s'
as $$
begin
    if private.is_blocked_domain(event #>> '{user,email}') then
        return '{"error": {"http_code": 422, "message": "Use another e-mail address: this domain is not accepted."}}';
    elsif private.is_reserved('name', coalesce(event #>> '{user,user_metadata,display_name}', '')) then
        return '{"error": {"http_code": 422, "message": "Choose another name: this one could be taken for the platform."}}';
    end if;
    return '{}';
exception when query_canceled or others then
    perform private.note_loss('before_user_created', sqlstate, sqlerrm);
    return '{}';
end
$$;
comment on function private.hook_before_user_created(jsonb) is
'Hook of Auth before a person is made {user, metadata} -> {}; {error} for a blocked domain or a reserved name (user_metadata.display_name). Not asked when an administrator makes the account. A failure inside lets the sign-up go on, and is noted.';
