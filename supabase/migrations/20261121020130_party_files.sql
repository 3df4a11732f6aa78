-- Files of parties: an operator who says why reads the money of a party for a short time.

create table public.party_files (
    id uuid primary key,
    party_id uuid not null references public.parties (id) on delete restrict,
    operator_id uuid not null,
    reason text not null check (length(reason) between 1 and 500),
    opened_at timestamptz not null,
    closes_at timestamptz not null,
    request_id text not null default '',
    constraint party_files_time check (closes_at > opened_at and closes_at <= opened_at + interval '15 minutes')
);
alter table public.party_files enable row level security;
create index party_files_operator_id_idx on public.party_files (operator_id, closes_at);
create index party_files_party_id_idx on public.party_files (party_id, opened_at);
select private.make_append_only('public.party_files');
select private.make_text('public.party_files', 'prose', 'reason');
comment on table public.party_files is
'Append-only: which operator has opened the file of which party, and why. While one is open that operator reads the balances, entries, transfers and holds of the party.';
comment on column public.party_files.id is 'Carries its time.';
comment on column public.party_files.party_id is 'Whose file.';
comment on column public.party_files.operator_id is 'Who opened it.';
comment on column public.party_files.reason is 'Why, in the operator''s words.';
comment on column public.party_files.opened_at is 'When, by the database clock.';
comment on column public.party_files.closes_at is 'When it closes by itself, 15 minutes later.';
comment on column public.party_files.request_id is 'Correlation id of the request that opened it.';

-- Definer: policies call it for callers who may not read party_members.
create function private.readable_parties() returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return query
    select m.* from private.my_parties() as m
    union
    select f.party_id from public.party_files as f
    inner join public.party_members as m
        on m.party_id = private.platform_party() and m.user_id = f.operator_id and m.role = 'operator'
            -- What was opened before the role was taken away and given again stays closed.
            and m.created_at <= f.opened_at
    where f.operator_id = auth.uid() and f.closes_at > private.clock()
        and private.act_refusal(auth.uid(), auth.uid(), 'staff.command', private.caller_aal()) is null;
end
$$;
comment on function private.readable_parties() is
'Parties whose money the caller may see: their own, and those whose file the caller, an operator with a second factor who is not stopped, has open. Use as: party_id = any (array(select private.readable_parties())).';
