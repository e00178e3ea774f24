// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {IMicroEscrow} from "../../../contracts/interfaces/IMicroEscrow.sol";
import {Fault} from "../../../contracts/mocks/Fault.sol";
import {Mood, MoodyWallet} from "../../../contracts/mocks/MoodyWallet.sol";
import {vm} from "../utils/Vm.sol";
import {Calls} from "./Calls.sol";

/// @title WorldMoves
/// @notice What tokens, wallets, the gate and time do, and money that comes unasked.
abstract contract WorldMoves is Calls {
    function sendEther(uint256 seed) external drawnFrom(seed) {
        bytes memory data = _chance(2) ? bytes("") : abi.encodeCall(IMicroEscrow.withdraw, (address(0), address(0)));
        bool toArbiter = _chance(2);
        address to = toArbiter ? accounts[PEOPLE + _draw(ACCOUNTS - PEOPLE)] : address(escrow);
        (bool success, ) = to.call{value: 1}(data);
        require(!success, toArbiter ? "Invariant 19: an arbiter took ether" : "Invariant 12: the escrow took ether");
        _tally(Action.SendEther, success);
    }

    /// @notice Tokens out of nowhere, for the escrow, SignedFunding or an arbiter: nobody's entitlement changes.
    function donate(uint256 seed) external drawnFrom(seed) {
        (uint256 t, uint256 amount, uint256 way) = (_draw(TOKENS), _draw(1e9), _draw(4));
        uint256 arbiter = PEOPLE;
        if (way == 2) (arbiter, t) = _pair(_draw(pairs.length));
        bool isStray = way == 1;
        address to =
            way == 2
                ? accounts[arbiter]
                : isStray
                    ? address(signedFunding)
                    : address(escrow);
        (bool success, ) = address(tokens[t]).call(abi.encodeWithSignature("mint(address,uint256)", to, amount));
        if (success && isStray) stray[t] += amount;
        else if (success && way == 2) _recordGift(arbiter, t, amount);
        else if (success) donated[t] += amount;
        _tally(Action.Donate, success);
    }

    function pause(uint256 seed) external drawnFrom(seed) {
        restricted.setPaused(_chance(4));
        _tally(Action.Pause, true);
    }

    function blacklist(uint256 seed) external drawnFrom(seed) {
        address account = _chance(16) ? address(escrow) : accounts[_draw(ACCOUNTS)];
        restricted.setBlacklisted(account, !restricted.blacklisted(account) && _chance(3));
        _tally(Action.Blacklist, true);
    }

    function chargeFee(uint256 seed) external drawnFrom(seed) {
        if (_chance(3)) feeToken.setFee(_draw(1_000), 0, _draw(3));
        else feeToken.setFee(0, 0, 0);
        _tally(Action.ChargeFee, true);
    }

    /// @notice On what goes out and on what comes in.
    function setFaults(uint256 seed) external drawnFrom(seed) {
        faultyToken.setFaults(_fault(), _fault());
        _tally(Action.SetFaults, true);
    }

    function setGate(uint256 seed) external drawnFrom(seed) {
        gate.setFault(_fault());
        _tally(Action.SetGate, true);
    }

    /// @notice The wallet, or the account that delegates to its code, changes its mind about signatures.
    function setWallet(uint256 seed) external drawnFrom(seed) {
        address delegator = accounts[DELEGATOR];
        MoodyWallet moody = delegator.code.length != 0 && _chance(3) ? MoodyWallet(delegator) : wallet;
        moody.setMood(_chance(2) ? Mood.Honest : Mood(_draw(uint256(type(Mood).max) + 1)));
        moody.setFault(_fault());
        _tally(Action.SetWallet, true);
    }

    /// @notice EIP-7702: an account gets code, and answers for its own key then; or loses it again.
    function delegate(uint256 seed) external drawnFrom(seed) {
        address account = accounts[DELEGATOR];
        bool delegates = account.code.length == 0;
        vm.etch(account, delegates ? abi.encodePacked(hex"ef0100", address(wallet)) : bytes(""));
        if (delegates) MoodyWallet(account).setOwner(account);
        _tally(Action.Delegate, true);
    }

    /// @notice An account without code that registers cannot receive anymore; the wallet answers by calling the escrow:
    /// any function, often one that it may call, directly or in a multicall.
    function setHook(uint256 seed) external drawnFrom(seed) {
        hook.setRegistered(accounts[_draw(PEOPLE)], _chance(4));
        hook.setRegistered(address(wallet), !_chance(8));

        uint256 f = _draw(FUNCTIONS);
        bytes memory data = _preparedCall(f);
        if (_chance(2)) {
            bytes[] memory batch = new bytes[](1);
            batch[0] = data;
            data = abi.encodeCall(Multicall.multicall, (batch));
        }
        _prepareHook(f, address(escrow), data);
        _tally(Action.SetHook, true);
    }

    /// @notice A little while, or to the second before, at or after the clock that runs out next.
    function passTime(uint256 seed) external drawnFrom(seed) {
        (bool found, uint256 clock) = _nextClock();
        bool jumps = found && clock < block.timestamp + PATIENCE && _chance(3);
        vm.warp(jumps ? clock - 1 + _draw(3) : block.timestamp + 1 + _draw(12 hours));
        _tally(Action.PassTime, true);
    }

    /// @dev None in a third of the cases.
    function _fault() private returns (Fault) {
        return _chance(3) ? Fault.None : Fault(1 + _draw(uint256(type(Fault).max)));
    }

    /// @dev A call of the function with that number, about an agreement of which the wallet is the client.
    function _preparedCall(uint256 f) private returns (bytes memory) {
        uint256 e = _draw(entries.length);
        while (entries[e].token != HOOK) e = (e + 1) % entries.length;
        uint256 i = _draw(entries[e].schedule.length);
        IMicroEscrow.Agreement memory a = entries[e].agreement;
        uint256 submission = ghosts[e][i].submissions;
        IMicroEscrow.Authorization memory none;
        if (f == 0) return abi.encodeCall(IMicroEscrow.accept, (a, entries[e].schedule, a.client, ""));
        if (f == 1) return abi.encodeCall(IMicroEscrow.close, (a, a.client, none));
        if (f == 2) return abi.encodeCall(IMicroEscrow.fund, (a, entries[e].schedule, new uint256[](1), ""));
        if (f == 3) return abi.encodeCall(IMicroEscrow.permit, (a.token, 1, type(uint256).max, 27, 0, 0));
        if (f == 4) return abi.encodeCall(IMicroEscrow.submit, (a, i, 0, none));
        if (f == 5) return abi.encodeCall(IMicroEscrow.approve, (a, i, submission, none));
        if (f == 6) return abi.encodeCall(IMicroEscrow.advance, (a, i, 1, none));
        if (f == 7) return abi.encodeCall(IMicroEscrow.requestChanges, (a, i, submission, 0, none));
        if (f == 8) return abi.encodeCall(IMicroEscrow.attest, (a, i, submission, true, 0, none));
        if (f == 9) return abi.encodeCall(IMicroEscrow.extend, (a, i, type(uint40).max, none));
        if (f == 10) return abi.encodeCall(IMicroEscrow.dispute, (a, i, submission, 0, none));
        if (f == 11) return abi.encodeCall(IMicroEscrow.submitEvidence, (a, i, 0));
        if (f == 12) return abi.encodeCall(IMicroEscrow.rule, (a, i, 1, 0, none));
        if (f == 13) return abi.encodeCall(IMicroEscrow.settle, (a, i, 1, none, none));
        if (f == 14) return abi.encodeCall(IMicroEscrow.refund, (a, i, none));
        if (f == 15) return abi.encodeCall(IMicroEscrow.finalize, (a, i));
        return abi.encodeCall(IMicroEscrow.withdraw, (address(hook), accounts[_draw(PEOPLE)]));
    }
}
