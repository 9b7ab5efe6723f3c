// SPDX-License-Identifier: MIT
// Every row of the schema, tried from the table itself.
#include "config/schema.h"

#include <algorithm>

#include "base/units.h"
#include "config/suggest.h"
#include "config_files.h"

namespace stickler::config {
namespace {

struct Row {
  std::string pattern;
  const Setting* setting;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  visit_settings([&](const std::string& pattern, const Setting& setting) {
    all.push_back({pattern, &setting});
  });
  return all;
}

class SchemaRow : public ConfigFiles, public testing::WithParamInterface<Row> {
 protected:
  // The setting called `name`, with that value, inside its groups.
  std::string text_with(const std::string& name, const std::string& value) const {
    std::string text = name + " = " + value + ";";
    std::string groups = GetParam().pattern;
    while (groups.find('.') != std::string::npos) {
      groups.resize(groups.rfind('.'));
      text = groups.substr(groups.rfind('.') + 1) + " = { " + text + " };";
    }
    return text;
  }

  std::string findings_for(const std::string& value) const {
    return findings(text_with(std::string(GetParam().setting->name), value));
  }

  // A number as the setting writes it.
  std::string written(std::int64_t number) const {
    switch (GetParam().setting->form) {
      case Form::duration:
        return "\"" + format_duration(Duration(number)) + "\"";
      case Form::size:
        return "\"" + std::to_string(number) + "\"";
      default:
        return std::to_string(number);
    }
  }

  const std::string path_ = GetParam().pattern;
};

struct WrongValue {
  std::string value;
  std::string complaint;
};

WrongValue wrong_for(const Setting& setting) {
  switch (setting.form) {
    case Form::boolean:
      return {"\"yes\"", " must be true or false [write true]"};
    case Form::integer:
      return {"\"7\"", " must be an integer [write 7]"};
    case Form::duration:
      return {"10", " = 10 has no unit"};
    case Form::size:
      return {"52428800", " = 52428800 has no unit [write \"50m\""};
    case Form::word:
      return {"\"qqqqqq\"", " = \"qqqqqq\" is no"};
    case Form::text:
      return {"{ }", " must be a text in quotes"};
    case Form::texts:
      return {"[ true ]", " must be a text in quotes or a list of them"};
    default:
      if (!setting.short_form.empty()) return {"true", " must be a text in quotes"};
      return {"\"x\"", " must be a group [write " + std::string(setting.name) + " = { "};
  }
}

TEST_P(SchemaRow, RefusesAValueOfAnotherForm) {
  WrongValue wrong = wrong_for(*GetParam().setting);
  EXPECT_THAT(findings_for(wrong.value), testing::HasSubstr(path_ + wrong.complaint));
}

TEST_P(SchemaRow, IsSuggestedForAMisspelling) {
  std::string name(GetParam().setting->name);
  EXPECT_THAT(
      findings(text_with(name + "q", "1")),
      testing::HasSubstr("unknown setting '" + path_ + "q' [did you mean '" + name + "'?]"));
}

TEST_P(SchemaRow, SaysWhatItDoesInASentence) {
  EXPECT_THAT(std::string(GetParam().setting->sentence), testing::EndsWith("."));
}

std::string test_name(const testing::TestParamInfo<Row>& tested) {
  std::string name = tested.param.pattern;
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, SchemaRow, testing::ValuesIn(rows()), test_name);

class BoundedRow : public SchemaRow {};

TEST_P(BoundedRow, TakesItsBoundsAndNothingBeyond) {
  const Setting& setting = *GetParam().setting;
  EXPECT_THAT(findings_for(written(setting.most + 1)), testing::HasSubstr(" is too large"));
  EXPECT_THAT(findings_for(written(setting.most)), testing::Not(testing::HasSubstr(" is too ")));
  EXPECT_THAT(findings_for(written(setting.least)), testing::Not(testing::HasSubstr(" is too ")));
  if (setting.least == 0) return;
  EXPECT_THAT(findings_for(written(setting.least - 1)), testing::HasSubstr(" is too small"));
}

std::vector<Row> bounded_rows() {
  std::vector<Row> bounded = rows();
  std::erase_if(bounded, [](const Row& row) { return !row.setting->has_bounds(); });
  return bounded;
}

INSTANTIATE_TEST_SUITE_P(Each, BoundedRow, testing::ValuesIn(bounded_rows()), test_name);

// ---- words from elsewhere ----

class ForeignWord : public ConfigFiles, public testing::WithParamInterface<Foreign> {
 protected:
  // HAProxy's are two words at most; longer ones are nginx's, joined.
  static std::string statement() {
    std::string words(GetParam().word);
    bool joined = std::ranges::count(words, ' ') > 1;
    if (joined) std::ranges::replace(words, ' ', '_');
    return words;
  }
};

TEST_P(ForeignWord, LeadsToASettingThatExists) {
  const Foreign& foreign = GetParam();
  EXPECT_NE(foreign.ours.empty(), foreign.advice.empty());
  bool exists = foreign.ours.empty();
  for (const Row& row : rows()) exists |= row.pattern == foreign.ours;
  EXPECT_TRUE(exists) << foreign.ours;
}

TEST_P(ForeignWord, IsAnsweredInAStatementWithoutEquals) {
  std::string answer = GetParam().ours.empty()
                           ? std::string(GetParam().advice)
                           : "that is " + std::string(GetParam().ours) + " here";
  EXPECT_THAT(findings(statement() + " 7;\n"), testing::HasSubstr(answer));
}

INSTANTIATE_TEST_SUITE_P(Each, ForeignWord,
                         testing::ValuesIn(foreign_words().begin(), foreign_words().end()),
                         [](const auto& tested) {
                           std::string name(tested.param.word);
                           for (char& c : name) c = std::isalnum(c) != 0 ? c : '_';
                           return name + "_" + std::to_string(tested.index);
                         });

struct Translated {
  const char* name;
  std::string text;
  std::string remedy;
};

class Dialect : public ConfigFiles, public testing::WithParamInterface<Translated> {};

TEST_P(Dialect, IsTranslated) {
  EXPECT_THAT(findings(GetParam().text), testing::HasSubstr("[" + GetParam().remedy + "]"));
}

const Translated kTranslated[] = {
    {"Crt", in_listener("tls = { crt = \"/x\"; };"), "did you mean 'certificates'?"},
    {"SslCertificate", in_listener("tls = { ssl_certificate = \"/x\"; };"),
     "did you mean 'certificates'?"},
    {"Inter", in_backend("check = { inter = \"2s\"; };"), "did you mean 'interval'?"},
    {"Upstream", in_file("upstream = { };"), "did you mean 'backends'?"},
    {"Frontend", in_file("frontend = { };"), "did you mean 'listeners'?"},
    {"ProxyPass", "backends = { a = { servers = { s = { proxy_pass = \"x\"; }; }; }; };",
     "did you mean 'address'?"},
    {"ClientMaxBodySize", in_listener("client_max_body_size = \"50m\";"),
     "did you mean 'max_body'?"},
    {"TimeoutClient", in_file("timeout_client = \"1m\";"), "that is timeouts.client here"},
    {"TimeoutClientInItsGroup", in_file("timeouts = { timeout_client = \"1m\"; };"),
     "did you mean 'client'?"},
    {"Prefix", in_file("log = { lev = \"info\"; };"), "did you mean 'level'?"},
    {"TwoLettersSwapped", in_backend("cookie = { nmae = \"s\"; };"), "did you mean 'name'?"},
    {"Misplaced", in_listener("on_down = \"fail\";"), "that is set as backends.NAME.on_down"},
    {"Hopeless", in_backend("retry = { xyzzy = 1; };"), "known here: attempts, redispatch, pause"},
    {"Word", in_backend("balance = \"leastcon\";"), "did you mean \"leastconn\"?"},
    {"CookieMode", in_backend("cookie = { name = \"s\"; mode = \"prefix\"; };"),
     "only \"insert\" is in this version; rewrite, prefix and passive are not"},
};

INSTANTIATE_TEST_SUITE_P(Each, Dialect, testing::ValuesIn(kTranslated),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace stickler::config
