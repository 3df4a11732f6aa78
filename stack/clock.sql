-- Lets tests and the demo move the product's clock. Never part of a deployment.
create schema stack;
create table stack.clock_offset (
    only_row boolean primary key default true check (only_row),
    amount interval not null default interval '0'
);
insert into stack.clock_offset default values;
grant usage on schema stack to public;
grant select on stack.clock_offset to public;

-- In plpgsql its plan is kept: it is asked several times in each command.
create or replace function private.clock() returns timestamptz
language plpgsql volatile set search_path = ''
as $$
begin
    return pg_catalog.clock_timestamp() + (select amount from stack.clock_offset);
end
$$;
