#include "gateway/client/git_fields.h"

#include <array>
#include <span>
#include <utility>

namespace tollgate {
namespace {

constexpr std::string_view kProvider = "x-git-provider", kHost = "x-git-host", kRepository = "x-git-repository",
                           kOrganization = "x-git-organization";
constexpr std::uint64_t kBits = wire::MessageHead::name_bit(kProvider) | wire::MessageHead::name_bit(kHost) |
                                wire::MessageHead::name_bit(kRepository) | wire::MessageHead::name_bit(kOrganization);

Error wrong(const Status& status, std::string_view field) {
    return {ErrorKind::invalid_request, status.message(), std::string(field)};
}

// Whether the named organization is the repository's, or one above it.
bool is_in(std::string_view repository, std::string_view organization) {
    return repository.starts_with(organization) && repository.substr(organization.size()).starts_with('/');
}

}  // namespace

std::shared_ptr<const GitFields> git_fields(const wire::RequestHead& from) {
    if ((from.name_bits & kBits) == 0) return nullptr;
    GitFields found;
    std::array<std::pair<std::string_view, std::string*>, 4> wanted = {{{kProvider, &found.provider},
                                                                        {kHost, &found.host},
                                                                        {kRepository, &found.repository},
                                                                        {kOrganization, &found.organization}}};
    std::array<bool, 4> seen{};
    for (const wire::HeaderField& field : std::span(from.fields).first(from.field_count)) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (!wire::equals_ignoring_case(field.name, wanted[i].first)) continue;
            found.repeated = found.repeated || seen[i];
            seen[i] = true;
            *wanted[i].second = field.value;
        }
    }
    if (seen == std::array<bool, 4>{}) return nullptr;
    return std::make_shared<const GitFields>(std::move(found));
}

Outcome<GitSource> git_source(const GitFields& fields) {
    GitSource source;
    if (fields.repeated) return problem(ErrorKind::invalid_request, "an X-Git- header stands twice");
    GitProvider& provider = source.organization.provider;
    if (!parse(fields.provider, provider)) {
        return problem(ErrorKind::invalid_request, "X-Git-Provider must be github or gitlab", "X-Git-Provider");
    }
    auto host = normal_git_host(provider, "X-Git-Host", fields.host);
    if (!host) return std::unexpected(wrong(host.error(), "X-Git-Host"));
    source.organization.host = std::move(*host);
    if (fields.repository.empty() && fields.organization.empty()) {
        return problem(ErrorKind::invalid_request, "X-Git-Repository or X-Git-Organization is needed",
                       "X-Git-Repository");
    }
    std::string& path = source.organization.path;
    if (!fields.repository.empty()) {
        auto repository = normal_git_repository(provider, "X-Git-Repository", fields.repository);
        if (!repository) return std::unexpected(wrong(repository.error(), "X-Git-Repository"));
        path = repository->substr(0, repository->rfind('/'));
        source.repository = std::move(*repository);
    }
    if (!fields.organization.empty()) {
        auto organization = normal_git_organization(provider, "X-Git-Organization", fields.organization);
        if (!organization) return std::unexpected(wrong(organization.error(), "X-Git-Organization"));
        if (path.empty())
            path = std::move(*organization);
        else if (!is_in(source.repository, *organization)) {
            return problem(ErrorKind::invalid_request, "X-Git-Repository is not in X-Git-Organization",
                           "X-Git-Organization");
        }
    }
    return source;
}

}  // namespace tollgate
