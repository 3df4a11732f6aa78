-- Texts that people write: one rule for each kind, asked by a trigger of each column and by commands.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.refusals (code, status, detail, hint) values
('text_invalid', 422, 'This text cannot be shown as it is.', 'The member "field" names the column, where there is one.'),
('name_reserved', 422, 'This name could be taken for the platform or its staff.', 'Choose another name.'),
('words_required', 422, 'Say it in words: spaces and signs that nobody sees are none.', '');
-- noqa: enable=LT05

create function private.characters(p_class text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return case p_class
        -- Controls, what is never shown, overrides of direction, tags, what is no character.
        when 'unseen' then '\u0001-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f'
            || '\u200b\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\uffff\U0001bca0-\U0001bca3'
            || '\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff'
        -- Joiners, marks of direction, variation selectors: some languages and pictures need them.
        when 'joining' then '\u061c\u200c-\u200f\ufe00-\ufe0f\U000e0100-\U000e01ef'
        when 'space' then '\u0009\u000a\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000'
        when 'mark' then '\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff'
            || '\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f'
    end;
end
$$;
comment on function private.characters(text) is
'Characters of a class (unseen, joining, space, mark) as the inside of a bracket expression, the same in Postgres and Python.';

create function private.visible(p_text text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return regexp_replace(
        p_text,
        '[' || private.characters('unseen') || private.characters('joining') || private.characters('space')
        || private.characters('mark') || ']+', '', 'g'
    );
end
$$;
comment on function private.visible(text) is
'What is left of a text without spaces, marks and signs that are not seen.';

create function private.has_words(p_text text) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return coalesce(private.visible(p_text) <> '', false);
end
$$;
comment on function private.has_words(text) is
'Whether a text says anything: a text that counts has visible characters. Null has none.';

create function private.text_problem(p_kind text, p_text text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    v_line constant boolean := p_kind in ('name', 'title', 'line', 'url');
begin
    return case
        when p_text = '' then null
        when p_text ~ ('[' || private.characters('unseen') || ']') then
            'It has characters that are not shown, or that turn the direction of text around.'
        when p_text is not nfc normalized then 'It is not in the normal form NFC.'
        when p_kind = 'url' then case
            when length(p_text) > 500 or p_text !~ '^https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?([/?#][!#-;=?-\[\]_a-z~]*)?$'
                then 'It is no address that begins with https://.'
        end
        when not private.has_words(p_text) then 'It has no visible characters.'
        when p_text ~ ('[' || private.characters('mark') || ']{9,}') then 'It has too many marks on one letter.'
        when not v_line then null
        when p_text ~ '[\u0009\u000a]' then 'It is one line.'
        when p_text ~ '[\u061c\u200e\u200f]' then 'It has marks that turn the direction of text around.'
        -- Between letters of scripts and pictures that need them, nowhere else.
        when p_text ~ '(^|[\u0001-\u05ff\u1d00-\u218f\u200c\u200d])[\u200c\u200d]' or p_text ~ '[\u200c\u200d]($|[\u0001-\u05ff])'
            then 'It has joiners where nothing is joined.'
        when length(p_text) > case p_kind when 'name' then 120 when 'title' then 200 else 500 end then 'It is too long.'
    end;
end
$$;
comment on function private.text_problem(text, text) is
'What is wrong with a text of a kind: name and title (of things that others see), line, prose (lines and paragraphs), url (https). Null: nothing. An empty text is none; whether there must be one, its column says.';

create function private.clean_text(p_kind text, p_text text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    -- The same text in one form; of a line also its spaces.
    return case
        when p_kind = 'prose' then normalize(replace(p_text, e'\r\n', e'\n'), nfc)
        when p_kind = 'url' then p_text
        else btrim(regexp_replace(normalize(p_text, nfc), '[\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+', ' ', 'g'))
    end;
end
$$;
comment on function private.clean_text(text, text) is
'A text in the form in which it is kept: NFC, and of a line one space between words and none around.';

create function private.skeleton(p_text text, p_digits_are_letters boolean default true) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    v_text text := normalize(p_text, nfkd);
begin
    v_text := regexp_replace(
        v_text, '[' || private.characters('unseen') || private.characters('joining') || private.characters('mark') || ']+',
        '', 'g'
    );
    v_text := translate(
        v_text,
        'АВЕЅІЈКМНОРСТУХԌԚԜҺӀаԁеѕіјкмнорстухցԛԝһӏгпьвΑΒΕΗΙΚΜΝΟΡΤΥΧΖαβεηικνορτυχγωσհոսօıłøđħŧƒɑɡɩßᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ',
        'ABESIJKMHOPCTYXGQWHladesijkmhopctyxgqwhlrnbbABEHIKMNOPTYXZabenikvoptyxywohnuollodhtfagibabcdefghijklmnoprstuvwyz'
    );
    -- Capitals begin words, as spaces do.
    v_text := lower(regexp_replace(v_text, '([a-z])([A-Z])', '\1 \2', 'g'));
    v_text := case
        when p_digits_are_letters then translate(v_text, '01345789@$€|!i', 'oleastbgaselll')
        else translate(v_text, 'i', 'l')
    end;
    v_text := replace(replace(v_text, 'rn', 'm'), 'vv', 'w');
    return btrim(regexp_replace(v_text, '[^a-z]+', ' ', 'g'));
end
$$;
comment on function private.skeleton(text, boolean) is
'What a name looks like: look-alike letters of other scripts, full-width letters, digits and separators folded into small Latin words.';

create table private.reserved_names (
    word text primary key check (word ~ '^[a-z]{3,40}$'),
    anywhere boolean not null default false,
    in_titles boolean not null default false,
    skeleton text not null generated always as (private.skeleton(word)) stored
);
alter table private.reserved_names enable row level security;
select private.make_audited('private.reserved_names', 'word');
comment on table private.reserved_names is
'Words that no name of a person, party or guild has: who reads them would believe to deal with the platform.';
comment on column private.reserved_names.anywhere is 'Also inside of other words.';
comment on column private.reserved_names.in_titles is 'Also not in titles and full names.';
comment on column private.reserved_names.skeleton is 'What the word looks like: private.skeleton.';
insert into private.reserved_names (word, anywhere, in_titles) values
('holdfast', true, true);
insert into private.reserved_names (word) values
('admin'), ('admins'), ('administrator'), ('administrators'), ('arbiter'), ('arbiters'), ('arbitrator'), ('helpdesk'),
('moderator'), ('moderators'), ('official'), ('operator'), ('operators'), ('staff'), ('support'), ('sysadmin'),
('system');

create function private.is_reserved(p_kind text, p_text text) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_seen constant text[] := array[private.skeleton(p_text, true), private.skeleton(p_text, false)];
begin
    return exists (
        select from private.reserved_names as r
        cross join unnest(v_seen) as s (seen)
        where (p_kind = 'name' or r.in_titles) and case
            -- Cheap, and true of hardly any name; the rest makes a pattern for each word.
            when strpos(replace(s.seen, ' ', ''), r.skeleton) = 0 then false
            when r.anywhere then true
            -- Its letters may stand apart, but a longer word that has it inside is another word.
            else s.seen ~ ('(^| )' || regexp_replace(r.skeleton, '(.)(?=.)', '\1 ?', 'g') || '( |$)')
        end
    );
end
$$;
comment on function private.is_reserved(text, text) is
'Whether a name, or a title, could be taken for the platform or its staff (private.reserved_names).';

create function private.check_text(p_kind text, p_text text, p_field text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_problem text := private.text_problem(p_kind, p_text);
begin
    if v_problem is not null then
        perform private.refuse('text_invalid', p_field || ': ' || v_problem, jsonb_build_object('field', p_field));
    elsif p_kind in ('name', 'title') and private.is_reserved(p_kind, p_text) then
        perform private.refuse(
            'name_reserved', 'This name could be taken for the platform or its staff.', jsonb_build_object('field', p_field)
        );
    end if;
end
$$;
comment on function private.check_text(text, text, text) is
'Refuses a text that is not of its kind. Raises text_invalid, name_reserved (422) with the field.';

create function private.json_problem(p_kind text, p_value jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    v_text text;
    v_problem text;
begin
    for v_text in
        select s.text from (
            select v #>> '{}' as text from jsonb_path_query(p_value, 'strict $.** ? (@.type() == "string")') as v
            union all
            select k from jsonb_path_query(p_value, 'strict $.** ? (@.type() == "object")') as o, jsonb_object_keys(o) as k
        ) as s
    loop
        v_problem := private.text_problem(p_kind, v_text);
        if v_problem is not null then
            return v_problem;
        end if;
    end loop;
    return null;
end
$$;
comment on function private.json_problem(text, jsonb) is
'What is wrong with the texts and the names of fields inside a value, as private.text_problem; null: nothing.';

-- Definer: whoever writes may not read the lists.
create function private.tg__text() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_column constant text := tg_argv[0];
    v_kind constant text := tg_argv[1];
    v_value jsonb;
    v_text text;
    v_problem text;
begin
    execute format('select to_jsonb(($1).%I)', v_column) into v_value using new;
    if v_value is null or v_value = 'null' then
        return new;
    elsif jsonb_typeof(v_value) = 'string' then
        v_text := private.clean_text(v_kind, v_value #>> '{}');
        perform private.check_text(v_kind, v_text, v_column);
        if v_text <> v_value #>> '{}' then
            new := jsonb_populate_record(new, jsonb_build_object(v_column, v_text));
        end if;
        return new;
    end if;
    v_problem := private.json_problem(v_kind, v_value);
    if v_problem is not null then
        perform private.refuse('text_invalid', v_column || ': ' || v_problem, jsonb_build_object('field', v_column));
    end if;
    return new;
end
$$;
comment on function private.tg__text() is
'Keeps a column to the rule of its kind of text, in its normal form; of JSON every text inside. Arguments: column, kind. Raises text_invalid, name_reserved (422).';

create function private.make_text(p_table regclass, p_kind text, variadic p_columns text[]) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_column text;
begin
    foreach v_column in array p_columns loop
        execute format(
            'create trigger %I before insert or update of %I on %s for each row execute function private.tg__text(%L, %L)',
            '_050_text_' || v_column, v_column, p_table, v_column, p_kind
        );
    end loop;
end
$$;
comment on function private.make_text(regclass, text, text[]) is
'Puts the rule of a kind of text on columns of a table: name, title, line, prose or url.';

create function private.fit_name(p_text text) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_name text := private.clean_text('name', left(p_text, 80));
begin
    return case
        when private.has_words(v_name) and private.text_problem('name', v_name) is null
            and not private.is_reserved('name', v_name) then v_name
        else 'user'
    end;
end
$$;
comment on function private.fit_name(text) is
'The name that somebody asked for at sign-up, or "user" where it may not be one: signing up fails for no name.';
