-- Which scripts the document of a contract cannot show: there is no font for those below, and a document would show
-- other words than were agreed on.

insert into private.refusals (code, status, detail, hint) values
(
    'unsupported_script', 422, 'A contract becomes a PDF, and the PDF cannot show this script as it is written.',
    'Write the words of the contract in another script; the member "script" names it. Names stay as they are.'
);

create function private.unsupported_script(p_text text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    -- Most texts are done here.
    if p_text !~ '[\u0530-\u058F\u0700-\u074F\u0780-\u07FF\u0980-\u0DFF\u0E80-\u10FF\u1200-\u18AF]' then
        return null;
    end if;
    return (
        select s.name
        from (values
            ('Armenian', '[\u0530-\u058F]'), ('Syriac', '[\u0700-\u074F]'), ('Thaana', '[\u0780-\u07BF]'),
            ('NKo', '[\u07C0-\u07FF]'), ('Bengali', '[\u0980-\u09FF]'), ('Gurmukhi', '[\u0A00-\u0A7F]'),
            ('Gujarati', '[\u0A80-\u0AFF]'), ('Odia', '[\u0B00-\u0B7F]'), ('Tamil', '[\u0B80-\u0BFF]'),
            ('Telugu', '[\u0C00-\u0C7F]'), ('Kannada', '[\u0C80-\u0CFF]'), ('Malayalam', '[\u0D00-\u0D7F]'),
            ('Sinhala', '[\u0D80-\u0DFF]'), ('Lao', '[\u0E80-\u0EFF]'),
            ('Tibetan', '[\u0F00-\u0FFF]'), ('Myanmar', '[\u1000-\u109F]'), ('Georgian', '[\u10A0-\u10FF]'),
            ('Ethiopic', '[\u1200-\u139F]'), ('Khmer', '[\u1780-\u17FF]'), ('Mongolian', '[\u1800-\u18AF]')
        ) as s (name, letters)
        where p_text ~ s.letters
        limit 1
    );
end
$$;
comment on function private.unsupported_script(text) is
'A script in a text that the document of a contract cannot show as it is written; null when there is none.';
