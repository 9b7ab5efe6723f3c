// SPDX-License-Identifier: MIT
#include "observe/log_output.h"

#include <unistd.h>

#include "observe/file_output.h"
#include "observe/syslog_output.h"

namespace stickler::observe {

Result<OpenedLog, std::string> open_log_output(const config::Log& log) {
  using Access = config::Log::Access;
  if (log.access == Access::off) return OpenedLog();
  if (log.access == Access::to_file) return FileOutput::open(log.access_file);
  if (log.access == Access::to_syslog) {
    return OpenedLog(std::make_unique<SyslogOutput>(log.syslog, framing_of(log)));
  }
  return OpenedLog(std::make_unique<FileOutput>(STDOUT_FILENO));
}

}  // namespace stickler::observe
