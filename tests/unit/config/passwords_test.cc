// SPDX-License-Identifier: MIT
#include "config/passwords.h"

#include "config/config_files.h"

namespace stickler::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class Passwords : public ConfigFiles {
 protected:
  // What the loader makes of a statistics page with this password file.
  LoadResult load_with(const std::string& text, std::filesystem::perms mode) {
    const std::filesystem::path file = write("passwords", text);
    std::filesystem::permissions(file, mode);
    return load(write("a.conf", in_listener("stats = { uri = \"/s\"; password_file = \"" +
                                            file.string() + "\"; };")));
  }
  LoadResult load_with(const std::string& text) {
    return load_with(text, std::filesystem::perms::owner_read);
  }
};

TEST_F(Passwords, AreReadLineByLine) {
  LoadResult result = load_with("# who may\nadmin:secret\r\n\nann:p:w\n");
  ASSERT_NE(result.config, nullptr);
  EXPECT_THAT(result.config->listeners[0].stats->accounts,
              ElementsAre(Pair("admin", "secret"), Pair("ann", "p:w")));
  EXPECT_TRUE(result.diagnostics.empty());
}

TEST_F(Passwords, MustBeThere) {
  for (const char* text : {"", "# nobody\n", "admin\n", "admin:\n", ":secret\n"}) {
    LoadResult result = load_with(text);
    EXPECT_EQ(result.config, nullptr) << text;
  }
}

TEST_F(Passwords, AreNotMissedWhereOnlyThisMachineCanLook) {
  std::string text = in_listener("stats = { uri = \"/s\"; };");
  EXPECT_EQ(load(write("a.conf", text)).diagnostics.size(), 1U);
  text.replace(text.find("\":80"), 4, "\"127.0.0.1:80");
  EXPECT_TRUE(load(write("a.conf", text)).diagnostics.empty());
}

TEST_F(Passwords, ShouldNotBeReadableForEverybody) {
  using std::filesystem::perms;
  LoadResult result = load_with("a:b\n", perms::owner_read | perms::others_read);
  ASSERT_EQ(result.diagnostics.size(), 1U);
  EXPECT_THAT(result.diagnostics.back().message, HasSubstr("everybody on this machine may read"));
}

}  // namespace
}  // namespace stickler::config
