"""What of a function in PL/pgSQL can run for some events: the lists of refusals stand on it."""

from stack.sql_branches import Possible, live

RELEASE = Possible(frozenset({"accept"}), frozenset({"payer"}))
SOURCE = """
begin
    case p_event
        when 'accept', 'concede' then
            if v_late then return 'late'; end if;
        when 'dispute' then
            if p_role = 'payee' then return 'too_early'; elsif v_x then return 'other'; end if;
            return case p_kind when 'dispute' then 'a_kind' else 'none' end;
        else
            return 'anything_else';
    end case;
    if p_edge.actor = 'timer' and not p_edge.frozen then
        return 'not_due';
    elsif p_edge.actor in ('payer', 'payee') and v_late then
        return 'deadline_passed';
    elsif p_edge.actor = 'rail' or v_late then
        return 'perhaps';
    end if;
    for v_row in select 1 loop
        if new.last_event = 'freeze' then perform private.refuse('frozen'); end if;
    end loop;
    return case p_event when 'sign' then 'stale' else 'pending' end;
end
"""


def test_branches_of_other_events_and_actors_are_left_out() -> None:
    left = live(SOURCE, RELEASE)
    for gone in ("too_early", "other", "a_kind", "not_due", "frozen", "stale"):
        assert f"'{gone}'" not in left
    for there in ("late", "anything_else", "deadline_passed", "perhaps", "pending"):
        assert f"'{there}'" in left


def test_all_stays_that_may_be() -> None:
    every = Possible(
        frozenset({"accept", "dispute", "freeze", "sign"}), frozenset({"payee", "timer", "rail"})
    )
    left = live(SOURCE, every)
    for word in ("late", "too_early", "other", "a_kind", "not_due", "perhaps", "frozen", "stale"):
        assert f"'{word}'" in left
