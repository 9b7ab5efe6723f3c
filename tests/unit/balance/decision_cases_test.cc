// SPDX-License-Identifier: MIT
// What must hold for every decision, over all combinations of pin, cookie, settings, servers tried
// and the states of three servers.
#include <algorithm>
#include <array>

#include "balance/decision_fixture.h"

namespace stickler::balance {
namespace {

using ChoiceKind = Choice::Kind;
using Reasons = Reason::Kind;

class Decisions : public DecisionTest {
 protected:
  static constexpr std::array<std::string_view, 9> kStates = {"unknown", "up",         "up full",
                                                              "drain",   "drain full", "down",
                                                              "maint",   "weightless", "up backup"};

  // Calls `check` with each decision; stops at the first case that fails.
  template <typename Check>
  void check_all(Check check) {
    for_each_request([&] {
      for (std::string_view one : kStates) {
        for (std::string_view two : kStates) {
          for (std::string_view three : kStates) {
            if (HasFailure()) return;
            given({one, two, three});
            check(decide_now());
            if (HasFailure()) explain({one, two, three});
          }
        }
      }
    });
  }

  template <typename Body>
  void for_each_request(Body body) {
    for (unsigned pin : {0U, 1U, 2U}) {
      question_.pin.reset();
      if (pin != 0) pinned_to(1, pin == 1);
      for (unsigned cookie : {0U, 1U, 2U, 3U}) {
        question_.cookie = {};
        if (cookie != 0) with_cookie_of(std::min(cookie, 2U), cookie == 3 ? "old-2" : "");
        for_each_setting(body);
      }
    }
  }

  template <typename Body>
  void for_each_setting(Body body) {
    const std::vector<std::size_t> tried[] = {{}, {1}, {2}, {1, 2}, {2, 1}, {1, 2, 3}};
    for (const auto& servers : tried) {
      having_tried(servers);
      for (OnDown on_down : {OnDown::redispatch, OnDown::fail}) {
        for (OnFull on_full : {OnFull::wait, OnFull::fail, OnFull::move}) {
          backend_.on_down = on_down;
          backend_.on_full = on_full;
          for (unsigned most : {0U, 1U}) {
            backend_.max_queue = most;  // two wait for each server
            body();
          }
        }
      }
    }
  }

  void explain(const std::array<std::string_view, 3>& states) {
    std::string text = "s1 " + std::string(states[0]) + ", s2 " + std::string(states[1]) + ", s3 " +
                       std::string(states[2]);
    if (question_.pin) text += route_.strict ? ", pinned" : ", preferring";
    if (question_.cookie.server) text += ", cookie " + servers_[*question_.cookie.server].name;
    for (std::size_t position : tried_) text += ", tried " + servers_[position].name;
    ADD_FAILURE() << text << ", on_down " << int(backend_.on_down) << ", on_full "
                  << int(backend_.on_full) << ", max_queue " << backend_.max_queue << ": "
                  << decision();
  }

  void SetUp() override {
    for (std::size_t i = 0; i < 3; ++i) servers_[i].queued = 2;
  }

  const ServerView& server(std::size_t position) { return servers_[position]; }
  bool strict() const { return question_.pin && route_.strict; }
  bool tried(std::size_t position) const {
    return std::ranges::find(tried_, position) != tried_.end();
  }
  // Chosen for itself, not by the algorithm.
  bool belongs_to(std::size_t position) const {
    return question_.pin == position || question_.cookie.server == position;
  }
  bool active_server_left() {
    for (std::size_t i = 0; i < 3; ++i) {
      if (!server(i).backup && server(i).accepts_new_sessions() && !tried(i)) return true;
    }
    return false;
  }
  bool queue_full(std::size_t position) {
    return backend_.max_queue > 0 && !server(position).has_free_slot();
  }
};

TEST_F(Decisions, NameOnlyServersThatServe) {
  check_all([this](const Choice& choice) {
    if (choice.server) {
      ASSERT_TRUE(server(*choice.server).serves_sessions());
    }
  });
}

TEST_F(Decisions, NameAServerOrSayWhatIsWaitedFor) {
  check_all([this](const Choice& choice) {
    if (choice.kind == ChoiceKind::server) {
      ASSERT_TRUE(choice.server && server(*choice.server).has_free_slot());
    } else if (choice.kind == ChoiceKind::queue) {
      ASSERT_TRUE(!choice.server || !server(*choice.server).has_free_slot());
    } else {
      ASSERT_FALSE(choice.server);
    }
  });
}

TEST_F(Decisions, NeverGoElsewhereThanAStrictPin) {
  check_all([this](const Choice& choice) {
    if (!strict()) return;
    ASSERT_TRUE(choice.fixed);
    ASSERT_FALSE(choice.kind == ChoiceKind::queue && !choice.server);
    if (choice.server) {
      ASSERT_EQ(choice.server, question_.pin);
    }
  });
}

TEST_F(Decisions, NeverMoveASessionThatMustNotMove) {
  check_all([this](const Choice& choice) {
    if (question_.pin || !question_.cookie.server || backend_.on_down != OnDown::fail) return;
    std::size_t own = *question_.cookie.server;
    if (backend_.on_full == OnFull::move && queue_full(own)) return;
    ASSERT_TRUE(choice.fixed);
    if (choice.kind != ChoiceKind::refuse && choice.kind != ChoiceKind::wait) {
      ASSERT_EQ(choice.server, own);
    }
  });
}

TEST_F(Decisions, WaitForTheFirstCheckOfTheServerARequestBelongsTo) {
  check_all([this](const Choice& choice) {
    std::optional<std::size_t> own = strict() ? question_.pin : question_.cookie.server;
    if (question_.pin && !strict()) return;
    if (!own || server(*own).availability != Availability::unknown) return;
    ASSERT_EQ(choice.kind, ChoiceKind::wait);
    ASSERT_EQ(choice.reason.subject, server(*own).name);
  });
}

TEST_F(Decisions, NeverReturnToAServerThatDidNotTakeTheRequestUnlessItIsTheOnlyOne) {
  check_all([this](const Choice& choice) {
    if (choice.server && tried(*choice.server)) {
      ASSERT_TRUE(choice.fixed);
    }
  });
}

TEST_F(Decisions, GiveNewClientsOnlyToServersThatAcceptThem) {
  check_all([this](const Choice& choice) {
    if (!choice.server || belongs_to(*choice.server)) return;
    ASSERT_TRUE(server(*choice.server).accepts_new_sessions());
    ASSERT_FALSE(choice.fixed);
  });
}

TEST_F(Decisions, UseBackupsOnlyWhenNoActiveServerIsLeft) {
  check_all([this](const Choice& choice) {
    if (!choice.server || belongs_to(*choice.server)) return;
    if (server(*choice.server).backup) {
      ASSERT_FALSE(active_server_left());
    }
  });
}

TEST_F(Decisions, RefuseOnlyWhatIsFixed) {
  check_all([](const Choice& choice) {
    if (choice.kind == ChoiceKind::refuse) {
      ASSERT_TRUE(choice.fixed);
    }
  });
}

TEST_F(Decisions, GiveTheReasonOfTheServerTheyName) {
  check_all([this](const Choice& choice) {
    Reasons kind = choice.reason.kind;
    std::string_view subject = choice.reason.subject;
    bool by_cookie =
        kind == Reasons::cookie || kind == Reasons::cookie_drain || kind == Reasons::formerly;
    if (by_cookie) {
      ASSERT_EQ(choice.server, question_.cookie.server);
    }
    if (kind == Reasons::formerly) {
      ASSERT_EQ(subject, "old-2");
    }
    if (kind == Reasons::pinned) {
      ASSERT_EQ(choice.server, question_.pin);
      ASSERT_EQ(subject, "git");
    }
    if (kind == Reasons::balanced) {
      ASSERT_EQ(subject, "first");
    }
  });
}

TEST_F(Decisions, GiveTheReasonOfTheServerThatWasLeft) {
  check_all([this](const Choice& choice) {
    std::string_view subject = choice.reason.subject;
    auto is_name_of = [&](std::size_t position) { return subject == server(position).name; };
    switch (choice.reason.kind) {
      case Reasons::redispatched:
        if (!tried_.empty()) {
          ASSERT_TRUE(is_name_of(tried_.back()));
        }
        if (tried_.empty()) {
          ASSERT_TRUE(is_name_of(*question_.cookie.server));
        }
        break;
      case Reasons::pin_down:
        ASSERT_TRUE(is_name_of(*question_.pin));
        break;
      case Reasons::session_down:
        ASSERT_TRUE(is_name_of(*question_.cookie.server));
        break;
      default:
        break;
    }
  });
}

TEST_F(Decisions, CallARequestBalancedOnlyIfItBelongsToNobody) {
  check_all([this](const Choice& choice) {
    bool belongs = question_.pin || question_.cookie.server || !tried_.empty();
    if (choice.reason.kind == Reasons::balanced) {
      ASSERT_FALSE(belongs);
    }
    if (choice.kind == ChoiceKind::server && !belongs) {
      ASSERT_EQ(choice.reason.kind, Reasons::balanced);
    }
  });
}

TEST_F(Decisions, AwaitTheSlotsOfThoseServersThatWouldBeChosenThen) {
  check_all([this](const Choice& choice) {
    std::vector<std::size_t> awaited = servers_awaited(question_, choice);
    ASSERT_EQ(awaited.empty(),
              choice.kind == ChoiceKind::wait || choice.kind == ChoiceKind::refuse);
    if (choice.kind != ChoiceKind::queue) return;
    for (std::size_t freed : awaited) {
      servers_[freed].active = 0;
      Choice then = decide_now();
      servers_[freed].active = 1;
      ASSERT_EQ(then.kind, ChoiceKind::server);
      ASSERT_EQ(then.server, freed);
    }
  });
}

}  // namespace
}  // namespace stickler::balance
