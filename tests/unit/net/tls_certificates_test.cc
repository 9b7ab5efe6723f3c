// SPDX-License-Identifier: MIT
#include "net/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "net/test_certificates.h"

namespace stickler::net {
namespace {

using test::make_test_certificate;
using test::subject_of;
using test::TestCertificate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Certificates : public ::testing::Test {
 protected:
  // The subjects of what was loaded, or the error.
  std::vector<std::string> load(const std::vector<std::string>& paths,
                                const std::string& key = "") {
    Result<std::vector<Certificate>, std::string> all = load_certificates(paths, key);
    if (!all) return {all.error()};
    std::vector<std::string> subjects;
    for (const Certificate& one : *all) subjects.push_back(subject_of(one.leaf.get()));
    return subjects;
  }
  std::string error(const std::vector<std::string>& paths, const std::string& key = "") {
    Result<std::vector<Certificate>, std::string> all = load_certificates(paths, key);
    return all.ok() ? "no error" : all.error();
  }

  test::TemporaryDirectory dir_;
  TestCertificate root_ = make_test_certificate({.subject = "root", .authority = true});
  TestCertificate middle_ = make_test_certificate({.subject = "middle", .authority = true}, &root_);
  TestCertificate leaf_ = make_test_certificate({.subject = "leaf", .names = {"a"}}, &middle_);
  TestCertificate other_ = make_test_certificate({.subject = "other", .names = {"b"}});
};

TEST_F(Certificates, BundleIsReadWhateverTheOrderOfItsParts) {
  std::vector<std::string> parts{leaf_.certificate_pem(), middle_.certificate_pem(),
                                 root_.certificate_pem(), leaf_.key_pem()};
  std::ranges::sort(parts);
  do {
    auto all =
        load_certificates({dir_.write("x.pem", parts[0] + parts[1] + parts[2] + parts[3])}, "");
    ASSERT_TRUE(all.ok()) << all.error();
    const Certificate& one = all->front();
    EXPECT_EQ(subject_of(one.leaf.get()), "leaf");
    ASSERT_EQ(one.chain.size(), 2u);
    EXPECT_EQ(subject_of(one.chain[0].get()), "middle");
    EXPECT_EQ(subject_of(one.chain[1].get()), "root");
  } while (std::ranges::next_permutation(parts).found);
}

TEST_F(Certificates, RsaKeyInABundleIsRead) {
  TestCertificate rsa = make_test_certificate({.subject = "rsa", .rsa = true});
  EXPECT_THAT(load({dir_.write("x.pem", rsa.bundle_pem())}), ElementsAre("rsa"));
}

TEST_F(Certificates, KeyIsFoundWhereItIsGiven) {
  std::string chain = dir_.write("chain.pem", leaf_.certificate_pem());
  EXPECT_THAT(load({chain}, dir_.write("elsewhere", leaf_.key_pem())), ElementsAre("leaf"));
}

TEST_F(Certificates, KeyIsFoundBesideItsCertificate) {
  const std::pair<const char*, const char*> kPairs[] = {{"a/x.crt", "a/x.key"},
                                                        {"b/x.pem", "b/x.key"},
                                                        {"c/x.pem", "c/x.pem.key"},
                                                        {"d/fullchain.pem", "d/privkey.pem"}};
  for (auto [certificate, key] : kPairs) {
    dir_.write(key, leaf_.key_pem());
    EXPECT_THAT(load({dir_.write(certificate, leaf_.certificate_pem())}), ElementsAre("leaf"));
  }
}

TEST_F(Certificates, DirectoryIsReadInTheOrderOfNames) {
  for (std::string name : {"5", "2", "8", "1", "7", "3", "6", "4"}) {
    dir_.write(name + ".pem", make_test_certificate({.subject = name}).bundle_pem());
  }
  EXPECT_THAT(load({dir_.path()}), ElementsAre("1", "2", "3", "4", "5", "6", "7", "8"));
}

TEST_F(Certificates, DirectoryGivesEachOfItsCertificates) {
  dir_.write("2.pem", leaf_.bundle_pem());
  dir_.write("1.crt", other_.certificate_pem());
  dir_.write("1.key", other_.key_pem());
  dir_.write("3.txt", other_.bundle_pem());
  dir_.write(".4.pem", other_.bundle_pem());
  dir_.write("5.pem", other_.key_pem());
  EXPECT_THAT(load({dir_.path()}), ElementsAre("other", "leaf"));
}

TEST_F(Certificates, DirectoryMayBeCertbotsLive) {
  dir_.write("README", "This directory contains your keys and certificates.");
  dir_.write("a.example/fullchain.pem", leaf_.certificate_pem() + middle_.certificate_pem());
  dir_.write("a.example/privkey.pem", leaf_.key_pem());
  EXPECT_THAT(load({dir_.path()}), ElementsAre("leaf"));
}

TEST_F(Certificates, DirectoryMayBeOneOfCertbotsNames) {
  dir_.write("cert.pem", leaf_.certificate_pem());
  dir_.write("chain.pem", middle_.certificate_pem());
  dir_.write("fullchain.pem", leaf_.certificate_pem() + middle_.certificate_pem());
  dir_.write("privkey.pem", leaf_.key_pem());
  EXPECT_THAT(load({dir_.path()}), ElementsAre("leaf"));
}

TEST_F(Certificates, DirectoryMayHoldAuthoritiesWithoutKeys) {
  dir_.write("a.crt", leaf_.certificate_pem());
  dir_.write("a.key", leaf_.key_pem());
  dir_.write("a.issuer.crt", middle_.certificate_pem());
  EXPECT_THAT(load({dir_.path()}), ElementsAre("leaf"));
}

TEST_F(Certificates, FilesAndDirectoriesKeepTheirOrder) {
  std::string file = dir_.write("x.pem", other_.bundle_pem());
  dir_.write("d/a.pem", leaf_.bundle_pem());
  EXPECT_THAT(load({dir_.path("d"), file}), ElementsAre("leaf", "other"));
}

TEST_F(Certificates, NamesAreThoseOfTheSanInLowerCase) {
  Certificate one =
      test::loaded(make_test_certificate({.subject = "cn", .names = {"A.Example", "*.b.example"}}));
  EXPECT_THAT(one.names, ElementsAre("a.example", "*.b.example"));
}

TEST_F(Certificates, NameIsTheSubjectWithoutASan) {
  EXPECT_THAT(test::loaded(make_test_certificate({.subject = "Only.CN"})).names,
              ElementsAre("only.cn"));
}

TEST_F(Certificates, ValidityEndsWithTheCertificate) {
  const std::time_t now = std::time(nullptr);
  EXPECT_TRUE(test::loaded(leaf_).valid_at(now));
  EXPECT_FALSE(test::loaded(leaf_).valid_at(now + 86400));
  EXPECT_FALSE(test::loaded(leaf_).valid_at(now - 86400));
}

TEST_F(Certificates, ErrorNamesTheFileThatIsMissing) {
  EXPECT_EQ(error({"/nowhere/x.pem"}), "/nowhere/x.pem: cannot be read: No such file or directory");
}

TEST_F(Certificates, ErrorNamesTheFileWithoutAKey) {
  std::string file = dir_.write("x.pem", leaf_.certificate_pem());
  EXPECT_THAT(error({file}), StartsWith(file + ": no private key"));
}

TEST_F(Certificates, ErrorNamesTheFileWithoutACertificate) {
  std::string file = dir_.write("x.pem", "nonsense");
  EXPECT_EQ(error({file}), file + ": no certificate in this file");
}

TEST_F(Certificates, ErrorNamesTheFileWhoseKeyDoesNotFit) {
  std::string file = dir_.write("x.pem", leaf_.certificate_pem() + other_.key_pem());
  EXPECT_THAT(error({file}), StartsWith(file + ": the private key does not belong"));
}

TEST_F(Certificates, EncryptedKeysAreRefusedWithoutAsking) {
  std::string key = leaf_.key_pem("secret");
  std::string bundle = dir_.write("x.pem", leaf_.certificate_pem() + key);
  EXPECT_THAT(error({bundle}), StartsWith(bundle + ": the private key is encrypted"));
  std::string chain = dir_.write("y.crt", leaf_.certificate_pem());
  EXPECT_THAT(error({chain}, dir_.write("y", key)), HasSubstr("/y: the private key is encrypted"));
}

TEST_F(Certificates, KeyForSeveralFilesIsAnError) {
  std::string file = dir_.write("x.pem", leaf_.bundle_pem());
  EXPECT_THAT(error({file, file}, file), HasSubstr("several are given"));
  EXPECT_THAT(error({dir_.path()}, file), HasSubstr("does not go with a directory"));
}

TEST_F(Certificates, DirectoryWithoutCertificatesIsAnError) {
  EXPECT_EQ(error({dir_.path()}), dir_.path() + ": no certificate with a key in this directory");
}

TEST_F(Certificates, OneBadFileSpoilsTheDirectory) {
  dir_.write("a.pem", leaf_.bundle_pem());
  std::string bad = dir_.write("b.pem", other_.certificate_pem());
  EXPECT_THAT(error({dir_.path()}), StartsWith(bad + ": no private key"));
}

}  // namespace
}  // namespace stickler::net
