// SPDX-License-Identifier: MIT
// What stands between OpenSSL and a socket: ciphertext received but not yet decrypted, and
// ciphertext made but not yet sent. One recv() fetches a whole flight of records and one send()
// carries one away, where OpenSSL's own socket BIO would make two calls per record.
//
// OpenSSL never sees the end or a failure of the socket, only that nothing more is there: it would
// declare the connection broken for both directions, and the other one may be good.
#pragma once

#include <cstddef>

#include "net/buffer_pool.h"
#include "net/openssl.h"
#include "net/stream.h"

namespace stickler::net {

class TlsBio {
 public:
  // Unsent ciphertext beyond this is refused: the peer asks for answers (key updates) that it does
  // not read.
  static constexpr std::size_t kUnsentMax = 262144;

  explicit TlsBio(Socket& socket) : socket_(socket) {}
  TlsBio(const TlsBio&) = delete;
  TlsBio& operator=(const TlsBio&) = delete;

  // Lets `ssl` read and write through this object, which must outlive it.
  void attach(SSL* ssl);

  // ---- Ciphertext from the peer ----
  bool has_input() const { return input_begin_ < input_end_; }
  bool peer_finished() const { return peer_finished_; }
  int receive_error() const { return receive_error_; }  // errno; 0 while there is none
  // Asks the socket if there is nothing. Whether there is something now.
  bool fetch() { return has_input() || receive(); }
  // How much whoever reads has room for.
  void expect(std::size_t room) { room_ = room; }
  // Gives the buffer back if it is empty.
  void release_input();
  // OpenSSL gets nothing more, and fails: the peer has asked for too much.
  void refuse_input() { input_refused_ = true; }

  // ---- Ciphertext to the peer ----
  std::size_t unsent() const { return output_end_ - output_begin_; }
  // Makes room for `bytes` more at once; false if that would be too much.
  bool reserve(std::size_t bytes);
  // `done` when all is sent.
  IoResult send();

 private:
  static BIO_METHOD* method();
  static int on_read(BIO* bio, char* data, std::size_t size, std::size_t* got);
  static int on_write(BIO* bio, const char* data, std::size_t size, std::size_t* taken);
  static long on_control(BIO* bio, int command, long number, void* pointer);

  bool receive();

  Socket& socket_;
  BufferLease input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::size_t room_ = 0;
  BufferLease output_;
  std::size_t output_begin_ = 0;
  std::size_t output_end_ = 0;
  int receive_error_ = 0;
  bool peer_finished_ = false;
  bool input_refused_ = false;
};

}  // namespace stickler::net
