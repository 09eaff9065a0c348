// A service account with a key of its own, made anew for each run, and short, which is quick.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <boost/json.hpp>
#include <memory>
#include <string>

namespace tollgate::service_account_test {

inline EVP_PKEY* test_key() {
    static EVP_PKEY* const kKey = EVP_RSA_gen(1024);
    return kKey;
}

inline std::string pem_of(EVP_PKEY* key) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bytes(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PKCS8PrivateKey(bytes.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bytes.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

inline boost::json::object account_object(const std::string& token_uri = {}) {
    boost::json::object account{{"type", "service_account"},
                                {"project_id", "project-1"},
                                {"private_key_id", "key-1"},
                                {"private_key", pem_of(test_key())},
                                {"client_email", "tollgate@project-1.iam.gserviceaccount.com"}};
    if (!token_uri.empty()) account["token_uri"] = token_uri;
    return account;
}

inline std::string account_json(const std::string& token_uri = {}) {
    return boost::json::serialize(account_object(token_uri));
}

}  // namespace tollgate::service_account_test
