-- Conditions of columns ask as whoever writes.
grant execute on function private.has_words(text), private.visible(text), private.characters(text) to authenticated;
