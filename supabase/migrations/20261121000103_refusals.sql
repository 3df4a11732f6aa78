-- Why a command is refused: one stable code each, with its HTTP status.

create table private.refusals (
    code text primary key,
    status integer not null check (status between 400 and 499),
    detail text not null,
    hint text not null default ''
);
alter table private.refusals enable row level security;
comment on table private.refusals is 'Stable codes with which commands are refused; the page docs/errors.md is made from it.';

create function private.refuse(p_code text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal private.refusals;
begin
    select * into strict v_refusal from private.refusals where code = p_code;
    raise exception using
        errcode = 'PT' || v_refusal.status, message = v_refusal.code,
        detail = v_refusal.detail, hint = v_refusal.hint;
end
$$;
comment on function private.refuse(text) is 'Raises a refusal with its HTTP status, sentence and hint.';

create function private.refuse(p_code text, p_detail text, p_members jsonb) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_refusal private.refusals;
begin
    select * into strict v_refusal from private.refusals where code = p_code;
    raise exception using
        errcode = 'PT' || v_refusal.status, message = v_refusal.code,
        detail = (jsonb_build_object('detail', p_detail) || p_members)::text, hint = v_refusal.hint;
end
$$;
comment on function private.refuse(text, text, jsonb) is
'Raises a refusal with a sentence of its own, and members that the problem document carries beside it: the detail of the error is then an object {detail, ...members}.';
