using System.Text;
using MarketLoop.Domain;
using MarketLoop.Execution.Channels.Email;
using MarketLoop.Execution.Channels.OnSite;
using MarketLoop.Tests.Fakes;
using Xunit;

namespace MarketLoop.Tests.Execution;

public sealed class EmailChannelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chinese_mail_is_real_mime_with_readable_html_and_one_click_unsubscribing()
    {
        using ExecutionRoom room = new();
        CustomerId customer = Make.Customer(1);
        room.Catalog.Add("a", url: "https://shop.test/p?id=1&x=2#reviews", chinese: "龙井<茶>");
        room.Profiles.Add(customer, language: "zh-CN", name: "张 伟\r\nBcc: all@shop.test");
        Treatment coupon = Make.Mail("m1", customer, products: "a") with { Kind = TreatmentKind.Promotion, Offer = new Offer("HUILAI", 0.15, Make.Day0.AddDays(7)) };

        await room.Start().DeliverAsync([coupon], LoopMode.Running, Token);

        string raw = await File.ReadAllTextAsync(Assert.Single(room.Mails), Token);
        MimeKit.MimeMessage mail = await MimeKit.MimeMessage.LoadAsync(room.Mails[0], Token);
        Assert.Equal("为您准备的优惠：立减 15%", mail.Subject);
        Assert.Contains("=?utf-8?", raw, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(mail.Bcc);
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
        Assert.StartsWith("<https://shop.example/unsubscribe?token=m1.m1.", mail.Headers["List-Unsubscribe"], StringComparison.Ordinal);
        Assert.Contains("龙井&lt;茶&gt;", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("HUILAI", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("龙井<茶>", mail.TextBody, StringComparison.Ordinal);
        Assert.All(Encoding.UTF8.GetBytes(raw), b => Assert.True(b < 128, "the wire is plain ASCII"));
        Assert.Equal("someone@shop.example", Assert.Single(mail.To.Mailboxes).Address);
    }

    [Fact]
    public async Task The_outbox_lists_mails_by_cursor_with_links_that_carry_a_valid_token()
    {
        using ExecutionRoom room = new();
        room.Catalog.Add("a", url: "https://shop.test/p?id=1&x=2#reviews").Add("b");
        Treatment[] mails = [.. Enumerable.Range(1, 5).Select(i => Make.Mail("m" + i, Make.Customer(i), products: ["a", "b"]))];
        Array.ForEach(mails, m => room.Profiles.Add(m.Customer));
        await room.Start().DeliverAsync(mails, LoopMode.Running, Token);
        Outbox outbox = room.OpenOutbox();

        OutboxPage first = await outbox.ListAsync(0, 2, Token);
        OutboxPage rest = await outbox.ListAsync(first.Next, 100, Token);
        OutboxPage nothing = await outbox.ListAsync(rest.Next, 100, Token);

        Assert.Equal([1L, 2L], first.Messages.Select(m => m.Sequence));
        Assert.Equal([3L, 4L, 5L], rest.Messages.Select(m => m.Sequence));
        Assert.Empty(nothing.Messages);
        Assert.Equal(rest.Next, nothing.Next);
        OutboxMessage message = first.Messages[0];
        Assert.Equal($"https://shop.test/p?id=1&x=2&ml_token={message.Token}#reviews", message.Items[0].Link);
        Assert.Equal($"https://shop.example/products/b?ml_token={message.Token}", message.Items[1].Link);
        TokenReading reading = room.Tokens.Verify(message.Token, Make.Day0);
        Assert.Equal((TokenState.Valid, message.TreatmentId), (reading.State, reading.Id));
    }

    [Fact]
    public async Task The_same_treatment_is_the_same_bytes()
    {
        using ExecutionRoom here = new(), there = new();
        foreach (ExecutionRoom room in new[] { here, there })
        {
            room.Catalog.Add("a");
            room.Profiles.Add(Make.Customer(1), name: "Ann");
            await room.Start().DeliverAsync([Make.Mail("m1", Make.Customer(1), products: "a")], LoopMode.Running, Token);
        }

        Assert.Equal(await File.ReadAllBytesAsync(here.Mails[0], Token), await File.ReadAllBytesAsync(there.Mails[0], Token));
    }
}
