-- Whom one has blocked is one's own business, also to the blocked.
grant select, insert (blocker_id, blocked_id), delete on public.p2p_blocks to authenticated;
create policy p2p_blocks_select_own on public.p2p_blocks for select to authenticated
using (blocker_id = (select auth.uid()));
create policy p2p_blocks_insert_own on public.p2p_blocks for insert to authenticated
with check (blocker_id = (select auth.uid()) and (select private.may_write('p2p_blocks.write')));
create policy p2p_blocks_delete_own on public.p2p_blocks for delete to authenticated
using (blocker_id = (select auth.uid()));
