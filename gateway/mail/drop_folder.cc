#include <filesystem>

#include "gateway/mail/delivery.h"
#include "store/private_file.h"

namespace tollgate {

Status make_folder(const std::string& folder) {
    namespace fs = std::filesystem;
    std::error_code failed;
    if (fs::create_directories(folder, failed)) fs::permissions(folder, fs::perms::owner_all, failed);
    if (!failed && !fs::is_directory(folder, failed)) failed = std::make_error_code(std::errc::not_a_directory);
    return failed ? Status(StatusCode::io, "mail.drop_folder " + folder + ": " + failed.message()) : Status();
}

Delivery write_to_folder(const std::string& folder, const Outgoing& mail) {
    const Status written = write_private_file(std::filesystem::path(folder) / (mail.name + ".eml"), mail.message);
    return {.problem = written.message()};
}

}  // namespace tollgate
