-- What a command may hold: one type for the argument of every command of schema service.

-- Definer: a domain is checked as whoever gives the command, who does not see this schema.
create function private.is_command(value jsonb) returns boolean
language plpgsql immutable security definer set search_path = ''
as $$
declare
    -- By the name of a field, which means the same in every command. What is not here is text,
    -- unless its name ends in a way that says more. With its cast it is read once, not in each call.
    v_kinds constant jsonb := '{
        "expected_version": "integer", "version": "integer", "attempt": "integer", "number": "integer",
        "max_slippage_bps": "integer", "margin_bps": "integer", "perform_within": "integer", "next_in": "integer", "days": "integer",
        "risk_score": "integer", "overlap_seconds": "integer", "size_bytes": "integer", "tier": "integer", "chain_id": "integer",
        "address_index": "integer", "log_index": "integer", "block_number": "integer", "nonce": "integer", "max_fee": "integer",
        "max_priority_fee": "integer", "slice": "integer", "read_before": "integer", "expires_in": "integer",
        "through": "flag", "whole": "flag", "all_failed": "flag", "confirm": "flag", "is_default": "flag", "is_paid": "flag", "payer_name_matches": "flag",
        "amount": "amount", "balance": "amount", "cost": "amount", "price": "amount", "rate": "amount", "rates": "fields",
        "quantity": "amount", "tax_rate": "amount",
        "id": "id", "after": "id", "event_ids": "ids",
        "since": "time", "until": "time", "due_by": "time", "provider_time": "time", "as_of": "time", "time": "time",
        "block_time": "time",
        "asset_id": "text", "discord_id": "text", "policy_id": "text", "event_id": "text", "provider_event_id": "text", "merchant_order_id": "text", "tax_id": "text",
        "event_types": "texts", "spends": "texts", "code_hashes": "texts", "scopes": "texts", "ip_allow": "texts", "categories": "texts", "files": "texts", "currencies": "texts",
        "payload": "fields", "milestones": "fields", "pairs": "fields", "index": "fields", "quotes": "fields",
        "lines": "fields", "cursor": "fields", "last": "fields", "transfers": "fields", "odd": "fields",
        "held": "fields", "moves": "fields", "addresses": "fields", "balances": "fields", "sweeps": "fields", "wallets": "fields", "paid": "fields",
        "document": "object", "metadata": "object", "proof": "object", "row": "strings", "key_fingerprints": "strings", "values": "settings"
    }'::jsonb;
    v_id constant text := '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$';
    v_part jsonb;
    v_wrong text;
begin
    if jsonb_typeof(value) = 'array' then
        for v_part in select a from jsonb_array_elements(value) as a where jsonb_typeof(a) = 'object' loop
            perform private.is_command(v_part);
        end loop;
    elsif jsonb_typeof(value) = 'object' then
        select f.key || ': ' || f.kind into v_wrong
        from (
            select e.key, e.value, jsonb_typeof(e.value) as type, e.value #>> '{}' as text, coalesce(
                v_kinds ->> e.key, substring(e.key from '_(?:id|at|amount|price)$'), 'text'
            ) as kind
            from jsonb_each(value) as e
        ) as f
        where f.type <> 'null' and not case
            when f.kind = 'text' then f.type = 'string'
            when f.kind in ('id', '_id') then f.type = 'string' and f.text ~ v_id
            when f.kind in ('amount', 'price', '_amount', '_price') then f.type = 'string'
                and f.text ~ '^-?(0|[1-9][0-9]{0,19})([.][0-9]{1,18})?$'
            when f.kind in ('time', '_at') then f.type = 'string'
                and f.text ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d{1,9})?(Z|[+-]\d\d:\d\d)$'
            when f.kind = 'integer' then f.type = 'number' and f.text ~ '^-?[0-9]{1,19}$'
            when f.kind = 'flag' then f.type = 'boolean'
            -- What a provider said, kept as it is.
            when f.kind = 'object' then f.type = 'object'
            when f.kind = 'strings' then f.type = 'object' and not exists (
                select from jsonb_each(case f.type when 'object' then f.value else '{}' end) as s
                where jsonb_typeof(s.value) <> 'string'
            )
            -- Null: no limit.
            when f.kind = 'settings' then f.type = 'object' and not exists (
                select from jsonb_each(case f.type when 'object' then f.value else '{}' end) as s
                where jsonb_typeof(s.value) not in ('string', 'null')
            )
            when f.kind in ('texts', 'ids') then f.type = 'array' and not exists (
                select from jsonb_array_elements(case f.type when 'array' then f.value else '[]' end) as a
                where jsonb_typeof(a) <> 'string' or f.kind = 'ids' and a #>> '{}' !~ v_id
            )
            else f.type in ('object', 'array') and private.is_command(f.value)
        end
        limit 1;
        if v_wrong is not null then
            raise sqlstate 'PT400' using
                message = 'bad_type',
                detail = format('A field of a command has another type than this: %s.', ltrim(v_wrong, '_')),
                hint = 'Amounts, ids and times are text, counts are numbers, flags are true or false.';
        end if;
    end if;
    return true;
end
$$;
comment on function private.is_command(jsonb) is
'Whether each field of a command, and of the objects in it, has the type that its name stands for: nothing is converted. Raises bad_type (400) naming the field.';

create domain service.command as jsonb check (private.is_command(value));
comment on domain service.command is
'The argument of a command, or a list of them. A field of another type than text is listed in private.is_command.';
