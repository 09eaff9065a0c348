#include "gateway/config/people_sections.h"

#include "gateway/config/names.h"
#include "gateway/config/public_url.h"

namespace tollgate {
namespace {

void describe_secrets(Section& section, SecretsConfig& secrets) {
    section.text("master_key_file", secrets.master_key_file,
                 "64 hexadecimal digits, relative to this file; or TOLLGATE_MASTER_KEY in the environment",
                 {"master.key", true});
    section.text("former_master_key_file", secrets.former_master_key_file, "the one before, while it is being replaced",
                 {"master.key.before", true});
    section.flag("start_without_needed_keys", secrets.start_without_needed_keys,
                 "start also where stored secrets need a master key that is lost: they cannot be opened");
}

void describe_provider_keys(Section& section, ProviderKeysConfig& provider_keys) {
    section.texts("allowed_networks", provider_keys.allowed_networks,
                  "networks beside public addresses that an organization's own base_url may be in; http only there",
                  "10.0.0.0/8", wrong_with_network);
    section.number("fee_basis_points", provider_keys.fee_basis_points, {0, 10000},
                   "what a request by such a key costs, in hundredths of a percent of its provider's price");
}

void describe_accounts(Section& section, AccountsConfig& accounts) {
    section.text("public_url", accounts.public_url,
                 "that people reach this gateway by: links begin with it, and its pages call there",
                 {"https://tollgate.example.com", true});
    section.one_of<Registration>(
        "registration", accounts.registration,
        {{"closed", Registration::closed}, {"domains", Registration::domains}, {"open", Registration::open}},
        "who may make an account for himself: nobody, who has an address in one of "
        "registration_domains, or everybody; needs mail");
    section.texts("registration_domains", accounts.registration_domains, "what stands behind the @, in lower case",
                  "example.com", wrong_with_domain);
    section.number("session_idle_timeout_ms", accounts.session_idle_timeout_ms, {60'000, 2'592'000'000},
                   "a session that is not used for so long ends");
    section.number("session_lifetime_ms", accounts.session_lifetime_ms, {60'000, 4'000'000'000},
                   "and one that is used, after this");
    section.number("step_up_lifetime_ms", accounts.step_up_lifetime_ms, {1000, 86'400'000},
                   "what is dangerous needs a proof of who one is that is not older");
    section.number("most_sessions", accounts.most_sessions, {1, 1000},
                   "of one person; a further one ends the one that was used least lately");
    section.check([&accounts]() -> std::string {
        if (accounts.public_url.empty()) return {};
        const auto url = parse_public_url(accounts.public_url);
        if (!url) return "public_url " + url.error().message();
        accounts.public_origin = url->origin();
        return {};
    });
}

void describe_mail(Section& section, MailConfig& mail) {
    section.text("from", mail.from, "the address that mail comes from", {"tollgate@example.com", true});
    section.text("from_name", mail.from_name, "", {"Tollgate"});
    section.text("smtp_url", mail.smtp_url, "smtp://host:587, or smtps://host:465 for TLS from the first byte",
                 {"smtp://mail.example.com:587", true});
    section.text("smtp_user", mail.smtp_user, "", {"tollgate", true});
    section.secret("smtp_password", mail.smtp_password, "", {"${SMTP_PASSWORD:-}", true});
    section.one_of<SmtpTls>(
        "smtp_tls", mail.smtp_tls,
        {{"required", SmtpTls::required}, {"if_offered", SmtpTls::if_offered}, {"never", SmtpTls::never}},
        "STARTTLS, of smtp://");
    section.text("smtp_ca_file", mail.smtp_ca_file, "instead of the system's trust store", {"ca.pem", true});
    section.text("drop_folder", mail.drop_folder,
                 "instead of smtp_url: mail is written there as files NAME.eml, relative to this file", {"mail", true});
    section.number("registrations_per_hour", mail.registrations_per_hour, {1, 1'000'000},
                   "mails that people may ask for who have no account, in all");
    section.check([&mail]() -> std::string {
        if (!mail.smtp_url.empty() && !mail.drop_folder.empty()) return "smtp_url and drop_folder are both set";
        const bool smtp = mail.smtp_url.starts_with("smtp://") || mail.smtp_url.starts_with("smtps://");
        if (!mail.smtp_url.empty() && !smtp) return "smtp_url must begin with smtp:// or smtps://";
        if (mail.is_on() && wrong_with_address(mail.from) != "") return "from " + wrong_with_address(mail.from);
        return {};
    });
}

}  // namespace

void describe_people(Section& root, Config& config) {
    describe_secrets(root.section("secrets", "how secrets are sealed that must be stored, such as providers' keys"),
                     config.secrets);
    describe_provider_keys(root.section("provider_keys", "organizations' own credentials at providers"),
                           config.provider_keys);
    describe_accounts(root.section("accounts", "people and their organizations"), config.accounts);
    describe_mail(root.section("mail", "to people; without smtp_url and drop_folder there is none"), config.mail);
}

std::string wrong_with_people(const Config& config) {
    if (config.mail.is_on() && config.accounts.public_url.empty()) {
        return "mail needs accounts.public_url: links in it begin with it";
    }
    if (config.accounts.registration != Registration::closed && !config.mail.is_on()) {
        return "accounts.registration needs mail: smtp_url or drop_folder";
    }
    return {};
}

}  // namespace tollgate
