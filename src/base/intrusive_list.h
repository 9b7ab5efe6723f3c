// SPDX-License-Identifier: MIT
// A list whose links lie in its members: joining and leaving allocate nothing, and a member leaves
// by being destroyed.
#pragma once

namespace stickler {

template <typename T>
class IntrusiveList;

template <typename T>
class ListMember {
 public:
  ListMember() = default;
  ListMember(const ListMember&) = delete;
  ListMember& operator=(const ListMember&) = delete;
  ~ListMember() { leave(); }

  void leave() {
    if (after_ == nullptr) return;
    before_->after_ = after_;
    after_->before_ = before_;
    before_ = after_ = nullptr;
  }

 private:
  friend class IntrusiveList<T>;
  ListMember* before_ = nullptr;
  ListMember* after_ = nullptr;
};

template <typename T>
class IntrusiveList {
 public:
  IntrusiveList() { ends_.before_ = ends_.after_ = &ends_; }
  ~IntrusiveList() {
    while (ends_.after_ != &ends_) ends_.after_->leave();
    ends_.before_ = ends_.after_ = nullptr;
  }

  void join(ListMember<T>& link) {
    link.before_ = ends_.before_;
    link.after_ = &ends_;
    link.before_->after_ = link.after_->before_ = &link;
  }

  // `visit` may make the visited member leave, and no other.
  template <typename Visit>
  void for_each(Visit visit) {
    for (ListMember<T>* each = ends_.after_; each != &ends_;) {
      ListMember<T>* next = each->after_;
      visit(static_cast<T&>(*each));
      each = next;
    }
  }

 private:
  ListMember<T> ends_;
};

}  // namespace stickler
