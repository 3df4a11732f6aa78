-- The book is for everyone.
grant select on public.p2p_book_counts, public.p2p_book_summary to anon, authenticated;
create policy p2p_book_counts_select_all on public.p2p_book_counts for select to anon, authenticated
using (true);

grant execute on function
public.p2p_book(
    public.p2p_order_type, text, text, text, public.money_amount, integer, public.money_amount, uuid, integer
),
private.book_page(public.p2p_order_type, text, text, text, numeric, integer, numeric, uuid, integer, boolean),
private.best_price(public.p2p_order_type, text, text)
to anon, authenticated;

grant execute on function service.book_count() to service_role;
