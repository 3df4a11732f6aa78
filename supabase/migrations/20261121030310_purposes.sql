-- What money comes in and goes out for. What each means is for the register to say.

create table public.purposes (
    purpose text primary key check (purpose ~ '^[a-z][a-z0-9_]{1,31}$'),
    description text not null
);
alter table public.purposes enable row level security;
comment on table public.purposes is
'What deposits, payouts and reports of rails are for: each row of theirs names its purpose and which one of that (reference_id).';
comment on column public.purposes.purpose is 'Name of the purpose.';
comment on column public.purposes.description is 'What reference_id names, for people.';
insert into public.purposes (purpose, description) values
('escrow', 'An escrow.'),
('escrow_case', 'A case of an escrow: money that its rail took or gave back.');
insert into private.refusals (code, status, detail, hint) values
('unknown_purpose', 422, 'There is no such purpose.', 'See the table purposes.');

create function private.unknown_purpose() returns text
language plpgsql stable set search_path = ''
as $$
begin
    perform private.refuse('unknown_purpose');
    return null;
end
$$;
comment on function private.unknown_purpose() is 'For the register, where a purpose has no line. Raises unknown_purpose (422).';
