using ShopSimulator.World;

namespace ShopSimulator.Shop;

/// <summary>The words of the shop's pages.</summary>
internal static class ShopWords
{
    public static Words Name { get; } = new("Lantern Lane", "灯笼巷");

    public static Words Sample { get; } = new("Sample shop of the MarketLoop demo: nothing is sold here.", "MarketLoop 演示用的样例商店，不会真的卖货。");

    public static Words Home { get; } = new("Home", "首页");

    public static Words Products { get; } = new("Products", "全部商品");

    public static Words Cart { get; } = new("Cart", "购物车");

    public static Words Checkout { get; } = new("Checkout", "结算");

    public static Words SignIn { get; } = new("Sign in", "登录");

    public static Words SignOut { get; } = new("Sign out", "退出登录");

    public static Words Privacy { get; } = new("Privacy", "隐私设置");

    public static Words Search { get; } = new("Search", "搜索");

    public static Words SearchHint { get; } = new("Tea, headphones, tent…", "茶叶、耳机、帐篷……");

    public static Words Visitor { get; } = new("Visitor", "访客");

    public static Words SeeMe { get; } = new("See me on the dashboard", "在后台看我的足迹");

    public static Words ForYou { get; } = new("For you", "为你推荐");

    public static Words ForYouHint { get; } = new("Filled by MarketLoop; look at a product and come back.", "由 MarketLoop 填充：看几件商品再回来，这里就会变。");

    public static Words GoesWith { get; } = new("You may also like", "你可能还喜欢");

    public static Words BeforeYouGo { get; } = new("Before you go", "顺便看看");

    public static Words NotPersonal { get; } = new("Popular products, the same for everybody.", "这里是热门商品，所有人看到的都一样。");

    public static Words Categories { get; } = new("Departments", "商品分类");

    public static Words NothingFound { get; } = new("Nothing found. Try another word.", "没有找到相关商品，换个词试试。");

    public static Words AddToCart { get; } = new("Add to cart", "加入购物车");

    public static Words SoldOut { get; } = new("Sold out", "已售罄");

    public static Words InStock { get; } = new("In stock", "有货");

    public static Words Brand { get; } = new("Brand", "品牌");

    public static Words EmptyCart { get; } = new("Your cart is empty.", "购物车还是空的。");

    public static Words Remove { get; } = new("Remove", "移除");

    public static Words Total { get; } = new("Total", "合计");

    public static Words ToCheckout { get; } = new("To the checkout", "去结算");

    public static Words PlaceOrder { get; } = new("Place the order", "提交订单");

    public static Words CheckoutHint { get; } = new("No address, no payment: this order is only an event.", "不填地址、不用付款：这里的订单只是一条事件。");

    public static Words Thanks { get; } = new("Thank you for your order", "感谢下单");

    public static Words OrderNumber { get; } = new("Order", "订单号");

    public static Words GoOn { get; } = new("Go on shopping", "继续逛逛");

    public static Words SignInHint { get; } = new("Be one of the simulated customers: what the shop knows of them, your slots know at once.", "选一位模拟顾客登录：商店了解的 TA，推荐位立刻就知道。");

    public static Words NoSignIn { get; } = new("Nobody can sign in: the shop was started without a signing secret.", "无法登录：商店启动时没有配置签名密钥。");

    public static Words ControlGroup { get; } = new("control group: sees popular products", "对照组：只看到热门商品");

    public static Words Personalisation { get; } = new("Personal recommendations", "个性化推荐");

    public static Words PersonalisationHint { get; } = new("Off: your history is not used, you see what everybody sees.", "关闭后不再使用你的浏览和购买记录，你看到的和大家一样。");

    public static Words Analytics { get; } = new("Measuring visits", "访问统计");

    public static Words AnalyticsHint { get; } = new("Off: nothing is sent any more and what was kept in this browser is deleted.", "关闭后不再发送任何数据，并删除保存在本浏览器中的记录。");

    public static Words Marketing { get; } = new("Mails about offers", "优惠邮件");

    public static Words MarketingHint { get; } = new("Off: no mail but about your orders.", "关闭后只会收到与订单有关的邮件。");

    public static Words On { get; } = new("On", "已开启");

    public static Words Off { get; } = new("Off", "已关闭");

    public static Words TurnOff { get; } = new("Turn off", "关闭");

    public static Words TurnOn { get; } = new("Turn on", "开启");

    public static Words NotFound { get; } = new("This page does not exist", "页面不存在");
}
