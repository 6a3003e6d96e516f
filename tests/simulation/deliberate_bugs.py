#!/usr/bin/env python3
"""The deliberate bugs that the simulation must find. deliberate_bugs.py ROOT OUT writes copies of the sources they are in, each
bug beside the right text and chosen when the program runs, and their names. A text that is not there exactly once is an error."""

import os
import sys

# source, name, the right text, the wrong one. A text that ends in ; is a statement, any other an expression.
BUGS = [
    ("health/no_answer_streak.cpp", "what could not be asked lengthens a streak",
     "outcome == Outcome::kNoAnswer", "outcome == Outcome::kNoAnswer || outcome == Outcome::kNotTried"),
    ("health/no_answer_streak.cpp", "an answer does not end a streak",
     "silence_.reset();\n    ++answers_;", "++answers_;"),
    ("health/no_answer_streak.cpp", "a host counts as silent one no-answer too early",
     "silence_->length >= thresholds.fall", "silence_->length + 1 >= thresholds.fall"),
    ("schedule/schedule.cpp", "per_address is forgotten between two probes",
     "entry.begun + pacing_.per_address", "due"),
    ("schedule/schedule.cpp", "per_address is forgotten when an address comes back",
     "unused_.set(*found, (entry.begun == kNever ? now : entry.begun) + pacing_.per_address);", "entries_.erase(found);"),
    ("schedule/schedule.cpp", "an address is asked once and never again",
     "queue(*found, not_before(entry, now + jittered(interval_for(entry, pace))), pace == Pace::kUndecided);",
     "static_cast<void>(pace);"),
    ("gate/gate.cpp", "a lease is held to the steady clock alone",
     "course.lease_end <= now.steady || course.lease_end_system <= now.system || clock_was_set_back",
     "course.lease_end <= now.steady"),
    ("gate/gate.cpp", "a lease is longer than max_hold",
     "std::min(policy_.max_hold, std::max<Duration>(course.step_due - now.steady, Duration(0)))",
     "std::max<Duration>(course.step_due - now.steady, Duration(0))"),
    ("gate/gate.cpp", "an answer does not release",
     "release(name, course, course.why, answered, now, out);", "static_cast<void>(answered);"),
    ("gate/gate.cpp", "a delivery does not release",
     "finish(name, found->second, \"mail was delivered\", true, now, out);", "static_cast<void>(now);"),
    ("gate/gate.cpp", "what became of a trial is not told",
     "if (std::exchange(course.trial_open, false)) retry_results_.push_back(result);",
     "course.trial_open = false;\n  static_cast<void>(result);"),
    ("gate/gate.cpp", "the never-hold list is not looked at",
     "!distrust_.empty() || policy_.never_hold.contains(name)", "!distrust_.empty()"),
    ("gate/gate.cpp", "an old no-answer holds",
     "course.evidence = heard;", "course.evidence = now.steady;\n  static_cast<void>(heard);"),
    ("gate/flusher.cpp", "a trial tries nothing",
     "if (!ids.empty()) queue_.push({ids.front()}, nullptr);", "static_cast<void>(ids);"),
    ("daemon/gatekeeper.cpp", "a release forgets the flush",
     "flusher->begin(transition.destination);", "static_cast<void>(flusher);"),
    ("daemon/gatekeeper.cpp", "a table that could not be written stays as it is",
     "observer_.gate_failed(name, written.why(), clock_.now());\n        write_again_->start_once(kWriteAgain);",
     "observer_.gate_failed(name, written.why(), clock_.now());"),
    ("daemon/gatekeeper.cpp", "who stops leaves its holds behind",
     "if (options_.mode == GateMode::kEnforce) clear_tables();\n  write_again_->stop();", "write_again_->stop();"),
    ("daemon/gatekeeper.cpp", "who holds sleeps as long as the lease",
     "gate_.held_count() > 0 ? Duration(kLookWhileHolding) : Duration::max()", "Duration::max()"),
    ("daemon/keeper.cpp", "a line's place is written down before its effect",
     "for (Kept* part : parts_) part->gather(batch);",
     "parts_.back()->gather(batch); for (Kept* part : parts_) if (batch.changed.positions.empty()) part->gather(batch);"),
    ("daemon/keeper.cpp", "a line's place is written down after its effect",
     "for (Kept* part : parts_) part->gather(batch);",
     "for (Kept* part : parts_) if (part != parts_.back() || batch.empty()) part->gather(batch);"),
    ("daemon/keeper.cpp", "what could not be written is not written again",
     "taken ? part->written(batch) : part->not_written(batch);", "if (taken) part->written(batch);"),
    ("daemon/monitor_gate.cpp", "any host's failure nominates",
     "own_host && gatekeeper_ != nullptr", "gatekeeper_ != nullptr"),
    ("daemon/monitor.cpp", "a no-answer counts though nobody else is heard",
     "doubts_.hold_back(address, result, now);", "record({{address, result, now}}, now);"),
    ("daemon/monitor.cpp", "a course outlives its destination",
     "if (gatekeeper_ != nullptr) gatekeeper_->forgotten(name);", "static_cast<void>(now);"),
    ("daemon/monitor_sets.cpp", "what is known of an address outlives its last user",
     "book_.forget(address);", "static_cast<void>(address);"),
    ("watch/watchlist.cpp", "the watchlist makes no room",
     "while (bouncing_.size() > options_.destinations_max) drop(DomainName(by_last_.begin()->second), changes);",
     "static_cast<void>(changes);"),
    ("dns/cache.cpp", "the DNS cache makes no room", "by_use_.size() > entries_", "false"),
    ("daemon/monitor_sets.cpp", "a failure that the cache repeats counts again",
     "if (set->fresh) destination.lookups.record(outcome_of(*set), options_.thresholds, now);",
     "destination.lookups.record(outcome_of(*set), options_.thresholds, now);"),
]


def with_bug(name, right, wrong):
    if right.endswith(";"):
        return f'if (::mxpulse::test::deliberate_bug("{name}")) {{ {wrong} }} else {{ {right} }}'
    return f'(::mxpulse::test::deliberate_bug("{name}") ? ({wrong}) : ({right}))'


def main():
    root, out = sys.argv[1:3]
    texts = {}
    for source, name, right, wrong in BUGS:
        text = texts.get(source) or open(os.path.join(root, "src", source), encoding="utf-8").read()
        if text.count(right) != 1:
            sys.exit(f"{source}: the text of \"{name}\" is there {text.count(right)} times; mend deliberate_bugs.py: {right}")
        texts[source] = text.replace(right, with_bug(name, right, wrong))
    for source, text in texts.items():
        path = os.path.join(out, source)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write('#include "simulation/deliberate_bug.hpp"\n' + text)
    with open(os.path.join(out, "names.cpp"), "w", encoding="utf-8") as file:
        names = "".join(f'      "{name}",\n' for _, name, _, _ in BUGS)
        file.write('#include "simulation/deliberate_bug.hpp"\n\nnamespace mxpulse::test {\n\n'
                   "const std::vector<std::string_view>& deliberate_bugs() {\n"
                   f"  static const std::vector<std::string_view> names{{\n{names}  }};\n  return names;\n}}\n\n}}  // namespace mxpulse::test\n")


main()
