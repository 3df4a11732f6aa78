grant select on public.evidence_types to anon, authenticated;
create policy evidence_types_select_anyone on public.evidence_types for select to anon, authenticated
using (true);

-- What was announced reads who announced it; the files themselves are asked for by hash.
grant select on public.evidence_uploads to authenticated;
create policy evidence_uploads_select_author on public.evidence_uploads for select to authenticated
using (author_id = (select auth.uid()));
