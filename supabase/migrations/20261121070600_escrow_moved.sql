-- What a product's own rows say when escrows move: one trigger asks, whatever the product.

create type private.escrow_change as (
    old_row private.escrow_transactions,
    new_row private.escrow_transactions
);
comment on type private.escrow_change is 'An escrow before and after one move.';

-- Set-based: a sweep ends thousands of escrows in one statement. Definer: the escrow moves for
-- whoever was allowed to move it.
create function private.tg_escrow_transactions__moved() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_moved record;
begin
    for v_moved in
        select
            n.product,
            array_agg(row(
                row(o.*)::private.escrow_transactions, row(n.*)::private.escrow_transactions
            )::private.escrow_change) as changes
        from new_rows as n
        join old_rows as o on o.id = n.id
        group by n.product
    loop
        perform private.escrow_moved(v_moved.product, v_moved.changes);
    end loop;
    return null;
end
$$;
comment on function private.tg_escrow_transactions__moved() is
'Tells each product once of all its escrows that have moved in one statement, and no other product.';
create trigger _530_moved after update on private.escrow_transactions
referencing new table as new_rows old table as old_rows
for each statement execute function private.tg_escrow_transactions__moved();
