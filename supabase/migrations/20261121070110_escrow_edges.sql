-- The legal moves of an escrow. number = row of the table in docs/escrow.md.

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.state_edges
(number, machine, from_state, from_phase, event, actor, to_state, to_phase, settles, step_up, before_deadline, while_frozen, note)
select m.number, 'escrow', m.from_state, m.from_phase, m.event, a.actor, m.to_state, m.to_phase, m.settles,
    m.step_up, m.before_deadline, m.while_frozen, m.note
from (values
    (1, null, '', 'take', '{payer,payee}', 'funded', '', null, false, false, false, 'taker of an order; the amount is locked at once'),
    (2, null, '', 'open', '{system}', 'proposed', '', null, false, false, false, 'offer accepted; terms, amount and milestones are fixed'),
    (3, 'proposed', '', 'sign', '{payer,payee}', 'proposed', '', null, true, true, false, 'first signature over the contract hash'),
    (3, 'proposed', '', 'countersign', '{payer,payee}', 'awaiting_funds', '', null, true, true, false, 'second signature over the same hash'),
    (4, 'proposed', '', 'cancel', '{payer,payee}', 'void', '', null, false, false, false, 'no money has been seen'),
    (4, 'awaiting_funds', '', 'cancel', '{payer,payee}', 'void', '', null, false, false, false, 'no money has been seen'),
    (4, 'proposed', '', 'timeout_void', '{timer}', 'void', '', null, false, false, false, 'not signed in time'),
    (4, 'awaiting_funds', '', 'timeout_void', '{timer}', 'void', '', null, false, false, false, 'not funded in time'),
    (5, 'awaiting_funds', '', 'funds_confirmed', '{rail}', 'funded', '', null, false, true, false, 'exact amount, in time by the provider''s clock'),
    (5, 'awaiting_funds', '', 'fund', '{payer}', 'funded', '', null, true, true, false, 'the payer pays from the balance, on the rail internal'),
    (6, 'awaiting_funds', '', 'funds_mismatch', '{rail}', 'funding_exception', '', null, false, false, false, 'under, over, late, wrong asset or flagged: kept in suspense'),
    (6, 'funding_exception', '', 'funds_mismatch', '{rail}', 'funding_exception', '', null, false, false, false, 'more money that still does not match'),
    (7, 'funding_exception', '', 'top_up', '{payer,rail}', 'funded', '', null, false, true, false, 'the missing part arrives; any excess goes back to the payer'),
    (7, 'funding_exception', '', 'propose_partial', '{payer,payee}', 'funding_exception', '', null, false, true, false, 'one side agrees to the amount in suspense'),
    (7, 'funding_exception', '', 'accept_partial', '{payer,payee}', 'funded', '', null, false, true, false, 'the other side agrees too: the amount becomes what arrived'),
    (7, 'funding_exception', '', 'return_funds', '{payer}', 'void', '', null, false, false, false, 'all back to the payer'),
    (7, 'funding_exception', '', 'timeout_return', '{timer}', 'void', '', null, false, false, false, 'all back to the payer'),
    (8, 'funded', '', 'perform', '{payee}', 'performed', '', null, false, true, false, 'bank money sent, or goods delivered'),
    (9, 'funded', '', 'concede', '{payee}', 'refunded', '', 'refund', false, false, false, 'the payee gives up'),
    (9, 'performed', '', 'concede', '{payee}', 'refunded', '', 'refund', false, false, false, 'the payee gives up'),
    (10, 'funded', '', 'timeout_refund', '{timer}', 'refunded', '', 'refund', false, false, false, 'the payee stayed silent'),
    (10, 'funded', '', 'timeout_dispute', '{timer}', 'disputed', 'statements', null, false, false, false, 'the payee stayed silent, the policy wants an arbiter'),
    (11, 'funded', '', 'accept', '{payer}', 'released', '', 'release', true, false, false, 'early, before the payee performed'),
    (12, 'performed', '', 'accept', '{payer}', 'released', '', 'release', true, false, false, 'bank money received, or goods accepted'),
    (13, 'performed', '', 'request_revision', '{payer}', 'funded', '', null, false, true, false, 'as often as the policy allows'),
    (14, 'performed', '', 'timeout_release', '{timer}', 'released', '', 'release', false, false, false, 'the payer stayed silent'),
    (14, 'performed', '', 'timeout_dispute', '{timer}', 'disputed', 'statements', null, false, false, false, 'the payer stayed silent, the policy wants an arbiter'),
    (15, 'funded', '', 'dispute', '{payer,payee}', 'disputed', 'statements', null, false, true, false, 'with a reason, inside the window of the policy'),
    (15, 'performed', '', 'dispute', '{payer,payee}', 'disputed', 'statements', null, false, true, false, 'with a reason, inside the window of the policy'),
    (17, 'disputed', 'statements', 'statement', '{payer,payee}', 'disputed', 'statements', null, false, true, true, 'the first statement; the other side''s time begins anew'),
    (17, 'disputed', 'statements', 'statement_reply', '{payer,payee}', 'disputed', 'acknowledge', null, false, true, false, 'the second statement completes the file; an arbiter is assigned'),
    (17, 'disputed', 'statements', 'evidence', '{payer,payee}', 'disputed', 'statements', null, false, true, true, 'a file by its hash'),
    (18, 'disputed', 'statements', 'timeout_statements', '{timer}', 'disputed', 'acknowledge', null, false, false, false, 'whoever stayed silent is marked; an arbiter is assigned'),
    (19, 'disputed', 'acknowledge', 'assign', '{operator}', 'disputed', 'acknowledge', null, false, false, false, 'to an arbiter who is no party and was never on the case'),
    (19, 'disputed', 'decide', 'assign', '{operator}', 'disputed', 'acknowledge', null, false, false, false, 'taken away from one arbiter, given to another'),
    (19, 'disputed', 'acknowledge', 'acknowledge', '{arbiter}', 'disputed', 'decide', null, false, true, false, 'the arbiter takes the case'),
    (19, 'disputed', 'acknowledge', 'timeout_acknowledge', '{timer}', 'disputed', 'acknowledge', null, false, false, false, 'the next arbiter is assigned'),
    (19, 'disputed', 'decide', 'timeout_decide', '{timer}', 'disputed', 'acknowledge', null, false, false, false, 'the next arbiter is assigned'),
    (19, 'disputed', 'approve', 'timeout_decide', '{timer}', 'disputed', 'acknowledge', null, false, false, false, 'no second arbiter answered: the next arbiter is assigned'),
    (20, 'disputed', 'decide', 'decide', '{arbiter}', 'decided', '', null, true, true, false, 'parts sum to what is held; written grounds'),
    (20, 'disputed', 'decide', 'propose_decision', '{arbiter}', 'disputed', 'approve', null, true, true, false, 'above the limit a second arbiter must agree'),
    (20, 'disputed', 'approve', 'approve_decision', '{second_arbiter}', 'decided', '', null, true, true, false, 'the second arbiter agrees'),
    (20, 'disputed', 'approve', 'reject_decision', '{second_arbiter}', 'disputed', 'decide', null, true, true, false, 'the second arbiter does not agree'),
    (21, 'decided', '', 'appeal', '{payer,payee}', 'disputed', 'acknowledge', null, false, true, false, 'once, by a party that did not get all, with a bond'),
    (22, 'decided', '', 'accept_decision', '{payer,payee}', 'decided', '', null, false, false, false, 'the first side accepts'),
    (22, 'decided', '', 'settle_decision', '{payer,payee}', 'released', '', 'decision', false, false, false, 'the second side accepts too'),
    (22, 'decided', '', 'settle_decision', '{payer,payee}', 'refunded', '', 'decision', false, false, false, 'the second side accepts too'),
    (22, 'decided', '', 'settle_decision', '{payer,payee}', 'split', '', 'decision', false, false, false, 'the second side accepts too'),
    (22, 'decided', '', 'timeout_settle', '{timer}', 'released', '', 'decision', false, false, false, 'nobody appealed'),
    (22, 'decided', '', 'timeout_settle', '{timer}', 'refunded', '', 'decision', false, false, false, 'nobody appealed'),
    (22, 'decided', '', 'timeout_settle', '{timer}', 'split', '', 'decision', false, false, false, 'nobody appealed')
) as m (
    number, from_state, from_phase, event, actors, to_state, to_phase, settles, step_up, before_deadline, while_frozen, note
)
cross join unnest(m.actors::text[]) as a (actor);

-- Moves that are open in every phase of a dispute.
insert into private.state_edges (number, machine, from_state, from_phase, event, actor, to_state, settles, step_up, note)
select m.number, 'escrow', 'disputed', p.phase, m.event, m.actor, m.to_state, m.settles, m.step_up, m.note
from unnest('{statements,acknowledge,decide,approve}'::text[]) as p (phase)
cross join (values
    (9, 'concede', 'payee', 'refunded', 'refund', false, 'the payee gives up'),
    (12, 'accept', 'payer', 'released', 'release', true, 'the payer gives in')
) as m (number, event, actor, to_state, settles, step_up, note);

-- The end of a dispute that no arbiter would decide.
insert into private.state_edges (number, machine, from_state, from_phase, event, actor, to_state, settles, note)
select 19, 'escrow', 'disputed', p.phase, 'timeout_undecided', 'timer', s.to_state, 'default',
    'every arbiter stayed silent: the default of the policy'
from unnest('{acknowledge,decide,approve}'::text[]) as p (phase)
cross join unnest('{released,refunded,split}'::text[]) as s (to_state);

-- The end of a duty that another one would follow, when the rail holds the money no longer.
insert into private.state_edges (number, machine, from_state, from_phase, event, actor, to_state, settles, note)
select 27, 'escrow', f.state, f.phase, 'timeout_hold', 'timer', s.to_state, 'default', f.note
from (values
    ('funded', '', '{refunded}', 'the rail holds no longer, and nothing was performed'),
    ('disputed', 'statements', '{released,refunded,split}', 'the rail holds no longer: the default of the policy'),
    ('disputed', 'acknowledge', '{released,refunded,split}', 'the rail holds no longer: the default of the policy'),
    ('disputed', 'decide', '{released,refunded,split}', 'the rail holds no longer: the default of the policy'),
    ('disputed', 'approve', '{released,refunded,split}', 'the rail holds no longer: the default of the policy')
) as f (state, phase, ends, note)
cross join unnest(f.ends::text[]) as s (to_state);

-- Agreement between the parties, before and during a dispute.
insert into private.state_edges (
    number, machine, from_state, from_phase, event, actor, to_state, to_phase, settles, step_up, while_frozen, note
)
select 16, 'escrow', f.state, f.phase, m.event, a.actor,
    coalesce(m.to_state, f.state), case when m.to_state is null then f.phase else '' end,
    m.settles, m.step_up and a.actor = 'payer', m.while_frozen, m.note
from (values
    ('funded', ''), ('performed', ''), ('disputed', 'statements'), ('disputed', 'acknowledge'),
    ('disputed', 'decide'), ('disputed', 'approve')
) as f (state, phase)
cross join (values
    ('offer_split', null, null, true, false, 'how one side would divide the amount; cancel is nothing for the payee'),
    ('withdraw_offer', null, null, false, true, 'the author takes the offer back'),
    ('accept_split', 'released', 'offer', true, false, 'the other side agrees'),
    ('accept_split', 'refunded', 'offer', true, false, 'the other side agrees'),
    ('accept_split', 'split', 'offer', true, false, 'the other side agrees')
) as m (event, to_state, settles, step_up, while_frozen, note)
cross join unnest('{payer,payee}'::text[]) as a (actor);

-- The overlay.
insert into private.state_edges
(number, machine, from_state, from_phase, event, actor, to_state, to_phase, while_frozen, note)
select 23, 'escrow', f.state, f.phase, m.event, a.actor, f.state, f.phase, true, m.note
from (values
    ('proposed', ''), ('awaiting_funds', ''), ('funding_exception', ''), ('funded', ''), ('performed', ''),
    ('disputed', 'statements'), ('disputed', 'acknowledge'), ('disputed', 'decide'), ('disputed', 'approve'),
    ('decided', '')
) as f (state, phase)
cross join (values
    ('freeze', '{operator,rail,system}', 'opens a reason to hold it: no money moves, the clocks rest'),
    ('unfreeze', '{operator,rail,system,timer}', 'closes one reason; with the last one the clocks get the time back')
) as m (event, actors, note)
cross join unnest(m.actors::text[]) as a (actor);

-- Time lost to an outage of Holdfast itself.
insert into private.state_edges
(number, machine, from_state, from_phase, event, actor, to_state, to_phase, while_frozen, note)
select distinct 23, 'escrow', from_state, from_phase, 'outage_credit', 'system', from_state, from_phase, true,
    'gives every clock the time of a declared outage back, once'
from private.state_edges
where machine = 'escrow' and event = 'freeze';

-- The rail has taken money back itself: a lost chargeback, a refund in its dashboard, a deposit that a
-- reorganisation took away. What it took is gone; the rest is never anybody's because of it.
insert into private.state_edges (
    number, machine, from_state, from_phase, event, actor, to_state, to_phase, settles, while_frozen, note
)
select 25, 'escrow', f.state, f.phase, m.event, a.actor, coalesce(m.to_state, f.state),
    coalesce(m.to_phase, f.phase), m.settles, true, m.note
from (values
    ('funding_exception', ''), ('funded', ''), ('performed', ''), ('disputed', 'statements'), ('disputed', 'acknowledge'),
    ('disputed', 'decide'), ('disputed', 'approve'), ('decided', '')
) as f (state, phase)
cross join (values
    ('rail_return', '{rail,timer}', 'refunded', '', 'refund', 'the rail took back all that was held'),
    ('rail_void', '{rail,timer}', 'void', '', null, 'the rail took back all that was in suspense'),
    ('rail_take', '{rail,timer}', null, null, null, 'the rail took back a part: the rest goes on under its rules'),
    ('rail_dispute', '{rail,timer}', 'disputed', 'statements', null, 'the rail took back a large part: the rest is disputed'),
    ('rail_restore', '{rail}', null, null, null, 'the rail gave back what it had taken')
) as m (event, actors, to_state, to_phase, settles, note)
cross join unnest(m.actors::text[]) as a (actor)
where case m.event
    when 'rail_void' then f.state = 'funding_exception'
    when 'rail_take' then true
    when 'rail_dispute' then f.state in ('funded', 'performed')
    else f.state <> 'funding_exception'
end;
