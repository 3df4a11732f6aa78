-- The timeline asks as the caller: row level security of its sources fills it.
grant execute on function
private.timeline_kind(text), private.timeline_moves(uuid), private.timeline_file(uuid),
private.message_marks(uuid), private.timeline_words(uuid), public.trade_timeline(uuid)
to authenticated;
