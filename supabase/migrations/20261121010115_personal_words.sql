-- Words of people: which columns hold them, and how they are taken away so that what stands
-- beside them still proves itself.

create table private.personal_columns (
    table_name text not null,
    column_name text not null,
    erasure text not null check (erasure in ('delete_words', 'blank', 'delete_row', 'keep_by_law', 'expires')),
    whose text,
    erased text,
    kept_where text,
    holds text not null check (holds <> ''),
    readers text not null check (readers <> ''),
    kept text not null check (kept <> ''),
    primary key (table_name, column_name),
    constraint personal_columns_erased_are_somebodys
    check ((erasure in ('delete_words', 'blank', 'delete_row')) = (whose is not null)),
    constraint personal_columns_blank_says_how check ((erasure in ('delete_words', 'blank')) = (erased is not null)),
    constraint personal_columns_kept_where check (kept_where is null or whose is not null)
);
alter table private.personal_columns enable row level security;
comment on table private.personal_columns is
'Every column with words or data about a person: whose, who reads them, why they are kept, what an erasure does. docs/privacy.md is made from it.';
comment on column private.personal_columns.erasure is
'delete_words: history; the words go and their hash stays. blank: the words go from a row that lives on. delete_row: the row goes. keep_by_law: kept as long as the law says, which the deployer sets. expires: names nobody, or everybody, and goes by its age.';
comment on column private.personal_columns.whose is
'Whose words they are: a column, or an expression over the row r; null where no erasure looks for them.';
comment on column private.personal_columns.erased is 'What stands there afterwards: an expression over the row r as it was.';
comment on column private.personal_columns.kept_where is 'Rows r of which the words are kept as by law; null: none.';
comment on column private.personal_columns.holds is 'What it is.';
comment on column private.personal_columns.readers is 'Who reads it.';
comment on column private.personal_columns.kept is 'Why it is kept, and for how long.';

create table private.export_parts (
    table_name text primary key,
    of_person text,
    words text[] not null default '{}',
    only_columns text[],
    why_not text,
    constraint export_parts_are_told_or_not check ((of_person is null) = (why_not is not null))
);
alter table private.export_parts enable row level security;
comment on table private.export_parts is
'What an export of a person''s data tells beside the words that private.personal_columns says are theirs, and what it keeps back and why.';
comment on column private.export_parts.of_person is 'Which rows: a condition over the row r and the person $1; null: none.';
comment on column private.export_parts.words is 'Columns of private.personal_columns that are told; no others of the list are.';
comment on column private.export_parts.only_columns is 'The only columns that are told; null: all that are not in private.personal_columns.';
comment on column private.export_parts.why_not is 'Why nothing of the table is told, the words of the person included.';

create table private.personal_salts (
    party_id uuid primary key,
    salt uuid not null default gen_random_uuid()
);
alter table private.personal_salts enable row level security;
comment on table private.personal_salts is
'The salt of the hashes that stand for words of a person in the audit log. Deleted at the end of an erasure: nobody can try words against the hashes from then on.';

create function private.seal(p_words jsonb, p_salt uuid default gen_random_uuid()) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'salt', p_salt, 'hash', encode(sha256(convert_to(p_salt::text || (p_words #>> '{}'), 'UTF8')), 'hex')
    );
end
$$;
comment on function private.seal(jsonb, uuid) is
'What proves words after they are gone {salt, hash}: sha256 of the salt followed by the text, of anything but a text by its JSON. An erasure takes the salt too: who has kept words and salt proves them, and nobody guesses.';

create function private.unsealed(p_seals jsonb, variadic p_columns text[]) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(s.key, case when s.key = any (p_columns) then s.value - 'salt' else s.value end), '{}')
        from jsonb_each(p_seals) as s
    );
end
$$;
comment on function private.unsealed(jsonb, text[]) is 'Seals without the salts of the named columns.';

-- Definer: whoever writes the words need not know how they are sealed.
create function private.tg__seal() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_row jsonb := to_jsonb(new);
    v_column text;
begin
    new.seals := '{}';
    foreach v_column in array tg_argv loop
        if v_row -> v_column <> 'null' then
            new.seals := new.seals || jsonb_build_object(v_column, private.seal(v_row -> v_column));
        end if;
    end loop;
    return new;
end
$$;
comment on function private.tg__seal() is 'Seals the words of a new row. Arguments: their columns.';

create function private.tg__erased() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_old jsonb := to_jsonb(old);
    v_new jsonb := to_jsonb(new);
    v_gone text[] := '{}';
    v_column record;
    v_erased jsonb;
begin
    for v_column in
        select o.key, p.erased, p.erasure
        from jsonb_each(v_old) as o
        left join private.personal_columns as p
            on p.table_name = tg_argv[0] and p.column_name = o.key and p.erased is not null
        where v_new -> o.key is distinct from o.value and o.key <> 'seals' and not exists (
            -- Computed after this trigger.
            select from pg_attribute as a
            where a.attrelid = tg_relid and a.attname = o.key and a.attgenerated <> ''
        )
    loop
        execute format(
            'select to_jsonb(e.erased) from (select ($1).*) as r cross join lateral (select %s as erased) as e',
            coalesce(v_column.erased, 'null')
        ) into v_erased using old;
        if v_column.erased is null or v_new -> v_column.key is distinct from coalesce(v_erased, 'null') then
            raise sqlstate 'PT403' using
                message = 'append_only', detail = format('An erasure takes words of %s away and changes nothing.', tg_argv[0]);
        end if;
        v_gone := v_gone || v_column.key;
    end loop;
    if v_new -> 'seals' is distinct from (case when v_old ? 'seals' then private.unsealed(v_old -> 'seals', variadic v_gone) end) then
        raise sqlstate 'PT403' using
            message = 'append_only', detail = format('Of words of %s that are gone the hash stays.', tg_argv[0]);
    end if;
    return new;
end
$$;
comment on function private.tg__erased() is
'Holds the update of an erasure to what private.personal_columns says: nothing else of the row changes, and hashes stay. Argument: the table. Raises append_only (403).';

create function private.make_erasable(p_table regclass, variadic p_columns text[]) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_column text;
begin
    execute format('alter table %s add column seals jsonb not null', p_table);
    execute format(
        'comment on column %s.seals is %L', p_table,
        'Of each column with words of a person {salt, hash}: sha256 of salt and text. After an erasure the words and the salt are null, the hash stays.'
    );
    foreach v_column in array p_columns loop
        if (select a.attnotnull from pg_attribute as a where a.attrelid = p_table and a.attname = v_column) then
            execute format(
                'alter table %1$s alter column %2$I drop not null,
                    add constraint %3$I check (%2$I is not null or seals ? %2$L)',
                p_table, v_column, (select c.relname from pg_class as c where c.oid = p_table) || '_' || v_column || '_or_erased'
            );
        end if;
    end loop;
    execute format(
        'create trigger _590_seal before insert on %s for each row execute function private.tg__seal(%s)', p_table,
        (select string_agg(quote_literal(c.name), ', ') from unnest(p_columns) as c (name))
    );
    perform private.make_append_only(p_table, true);
    perform private.make_blankable(p_table);
end
$$;
comment on function private.make_erasable(regclass, text[]) is
'An append-only table whose named columns hold words of people: each is sealed when it is written, and an erasure, nothing else, takes words and salt away.';

create function private.make_blankable(p_table regclass) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    execute format(
        'create trigger _000_erased before update on %1$s for each row
            when (current_setting(''holdfast.erasing'', true) <> '''') execute function private.tg__erased(%2$L)',
        p_table, (
            select n.nspname || '.' || c.relname
            from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
            where c.oid = p_table
        )
    );
end
$$;
comment on function private.make_blankable(regclass) is
'Holds the updates of an erasure on a table to the columns that private.personal_columns names.';

create function private.words_of(p_table text) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_setting text := 'holdfast.words_of.' || p_table;
    v_words text := current_setting(v_setting, true);
begin
    -- Read once in a transaction, however many rows it changes.
    if coalesce(v_words, '') = '' then
        select coalesce(jsonb_agg(jsonb_build_object('name', w.name, 'whose', w.whose)), '[]') into v_words
        from (
            select c.column_name, c.whose from private.personal_columns as c
            where c.table_name = p_table and c.whose is not null
            union all
            -- What is made from other columns repeats their words.
            select a.attname, null from pg_attribute as a where a.attrelid = p_table::regclass and a.attgenerated <> ''
        ) as w (name, whose);
        v_words := set_config(v_setting, v_words, true);
    end if;
    return v_words::jsonb;
end
$$;
comment on function private.words_of(text) is
'Which columns of a table the audit log keeps as hashes [{name, whose}], or not at all (whose is null).';

create function private.without_words(p_table text, p_row jsonb) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_words jsonb := private.words_of(p_table);
    v_row jsonb := p_row - 'seals';
    v_name text;
    v_party uuid;
    v_salt uuid;
begin
    for v_word in 0..jsonb_array_length(v_words) - 1 loop
        v_name := v_words -> v_word ->> 'name';
        if v_words -> v_word ->> 'whose' is null then
            v_row := v_row - v_name;
            continue;
        end if;
        continue when coalesce(p_row ->> v_name, '') in ('', '{}', '[]');
        v_party := (p_row ->> (v_words -> v_word ->> 'whose'))::uuid;
        if v_party is not null then
            insert into private.personal_salts (party_id) values (v_party) on conflict do nothing;
            select s.salt into v_salt from private.personal_salts as s where s.party_id = v_party;
        else
            v_salt := gen_random_uuid();
        end if;
        v_row := v_row || jsonb_build_object(v_name, 'sha256:' || encode(sha256(convert_to(
            v_salt || p_table || v_name || (p_row ->> v_name), 'UTF8'
        )), 'hex'));
    end loop;
    return v_row;
end
$$;
comment on function private.without_words(text, jsonb) is
'A row as the audit log keeps it: for each word of a person a hash salted for that person, so that one sees that a word has changed, and not from what to what.';

create function private.unfit_seals(p_row jsonb, p_seals jsonb) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    return array(
        select s.key from jsonb_each(p_seals) as s
        where case
            when s.value ? 'salt' then private.seal(p_row -> s.key, (s.value ->> 'salt')::uuid) is distinct from s.value
            else coalesce(p_row -> s.key, 'null') <> 'null'
        end
    );
end
$$;
comment on function private.unfit_seals(jsonb, jsonb) is
'Members of a row or a payload whose words are not those that were sealed, or are there though they were erased.';

create function private.verify_seals(p_since timestamptz) returns table (problem text, subject text, detail text)
language plpgsql stable set search_path = ''
as $$
declare
    v_table regclass;
begin
    for v_table in
        select t.tgrelid::regclass from pg_trigger as t
        where t.tgname = '_590_seal' and t.tgparentid = 0 order by t.tgrelid::regclass::text
    loop
        return query execute format(
            'select ''words_differ_from_seal'', %L, coalesce(r.row ->> ''id'', r.row ->> ''trade_id'', r.row ->> ''dispute_id'') from (select to_jsonb(t) as row, t.seals from %s as t) as r
             where ($1 is null or coalesce(r.row ->> ''created_at'', r.row ->> ''occurred_at'')::timestamptz >= $1)
                and private.unfit_seals(r.row, r.seals) <> ''{}''', v_table, v_table
        ) using p_since;
    end loop;
end
$$;
comment on function private.verify_seals(timestamptz) is
'Words of people in append-only tables are those that were sealed, or gone; since a time.';
