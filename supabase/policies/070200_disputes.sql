grant select on public.disputes to authenticated;
create policy disputes_select_involved on public.disputes for select to authenticated
using (
    escrow_id = any(array(select private.escrows_of_my_disputes()))
    or escrow_id between (select private.operator_sees_from()) and (select private.operator_sees_to())
);

grant select on public.dispute_statements, public.dispute_evidence, public.dispute_decisions, public.dispute_assignments
to authenticated;
-- One side's statement stays unread by the other until the file is closed.
create policy dispute_statements_select_involved on public.dispute_statements for select to authenticated
using (
    author_id = (select auth.uid())
    or exists (
        select from public.disputes as d
        inner join private.escrow_transactions as e on d.escrow_id = e.id
        where d.id = dispute_statements.dispute_id and e.phase <> 'statements'
    )
);

create policy dispute_evidence_select_involved on public.dispute_evidence for select to authenticated
using (exists (select from public.disputes as d where d.id = dispute_evidence.dispute_id));

create policy dispute_decisions_select_involved on public.dispute_decisions for select to authenticated
using (exists (select from public.disputes as d where d.id = dispute_decisions.dispute_id));

create policy dispute_assignments_select_involved on public.dispute_assignments for select to authenticated
using (exists (select from public.disputes as d where d.id = dispute_assignments.dispute_id));
